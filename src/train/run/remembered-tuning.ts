/**
 * How a run computes: which variants its products take. Sums come in another order in another variant, so a run whose table of
 * measurements changed while it was stopped would go on with other bits, were its choices not saved with it.
 */
import { z } from 'zod';
import type { Device } from '../../gpu/device.js';
import { renamed } from '../../gpu/precision.js';
import { chosenVariants, useMeasurements } from '../../kernels/products/choice/choose-variant.js';
import { forcedVariant, forceVariant } from '../../kernels/products/choice/forced-variant.js';
import { type Subject, subjectOf } from '../../kernels/products/choice/measured-table.js';
import { LADDER } from '../../kernels/products/ladder/ladder.js';

export const tuningSchema = z.object({
  /** On what the choices were made: they mean nothing on another adapter, or to other shaders. */
  subject: z.object({
    adapter: z.string(),
    driver: z.string(),
    lanes: z.string(),
    precision: z.preprocess(renamed, z.string()),
    shaders: z.string(),
  }),
  /** By product key. */
  variants: z.record(z.string(), z.string()),
  /** The variant that a person had all products computed by, where that was wished. */
  forced: z.string().optional(),
});

export type RememberedTuning = Readonly<z.infer<typeof tuningSchema>>;

/** The choices that a device made so far, and those that it would make by its table. */
export function tuningOf(device: Device): RememberedTuning {
  const forced = forcedVariant(device);
  return {
    subject: subjectOf(device),
    variants: chosenVariants(device),
    ...(forced !== undefined && { forced }),
  };
}

/** What the parts of a subject are, for messages. */
const PARTS: Readonly<Record<keyof Subject, string>> = {
  adapter: 'the adapter',
  driver: 'its driver',
  lanes: 'the number of its lanes',
  precision: 'the precision',
  shaders: 'the shaders',
};

/**
 * Let a device choose as a run did before it stopped. To be called before anything is computed on it.
 * @param warn is told where that cannot be, and where a variant was forced
 */
export function goOnWithTuning(device: Device, saved: RememberedTuning, warn: (text: string) => void): void {
  goOnForced(device, saved.forced, warn);
  const subject = subjectOf(device);
  const changed = (Object.keys(PARTS) as (keyof Subject)[]).filter(
    (part) => subject[part] !== saved.subject[part],
  );
  if (changed.length > 0) {
    const what = changed.map((part) => PARTS[part]).join(', ');
    warn(`the run was computed otherwise until now (changed: ${what}); its bits differ from here on`);
    return;
  }
  const chosen = Object.entries(saved.variants).map(([key, variant]) => [key, { variant, milliseconds: {} }]);
  useMeasurements(device, Object.fromEntries(chosen));
}

/**
 * What was forced stays so, unless something else is wished now.
 * @param before the variant that was forced, if one was
 * @param warn is told where that was not wished again, or something else is
 */
export function goOnForced(device: Device, before: string | undefined, warn: (text: string) => void): void {
  const now = forcedVariant(device);
  if (before === now) return;
  if (now !== undefined) {
    const until = before === undefined ? 'without --force' : `by --force ${before}`;
    warn(
      `the run was computed ${until} until now, and by --force ${now} from here on; its bits differ from here on`,
    );
  } else if (before !== undefined && Object.hasOwn(LADDER, before)) {
    forceVariant(device, before);
    warn(`the run goes on by --force ${before}, as it was computed until now`);
  }
}
