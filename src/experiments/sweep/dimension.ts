/** A field of the config that a sweep varies, and what it may be there: as a user writes it, and as `sweep.json` holds it. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { configSchema } from '../../train/recipes/config.js';
import { RunError } from '../../train/run/run-error.js';

const field = z.string().min(1);

export const dimensionSchema = z.union([
  z.strictObject({ field, values: z.array(z.json()).min(1) }),
  z.strictObject({ field, scale: z.enum(['log', 'uniform']), from: z.number(), to: z.number() }),
]);

/**
 * Values to choose from, or a range to draw from: `log` is uniform in the logarithm. `field` may lead into a field, as in
 * `schedule.patience`.
 */
export type Dimension = Readonly<z.infer<typeof dimensionSchema>>;
export type Range = Extract<Dimension, { scale: unknown }>;

/** Trials that differ in them saw other images, and their errors cannot be compared. */
const IMAGES = ['dataset', 'data', 'images', 'limit', 'validation'];
/** About the run rather than the system. */
const BOOKKEEPING = ['recipe', 'retrain', 'checkpointEvery'];

/** Fields that can be swept, or led into. */
const SWEEPABLE: readonly string[] = Object.keys(configSchema.shape).filter(
  (name) => !IMAGES.includes(name) && !BOOKKEEPING.includes(name),
);

/**
 * @param text `weightDecay=1e-3,1e-4`, `kernelSizes=[5,5,3],[3,3,3]`, `learningRate=log:1e-4..1e-1`, `dropout=uniform:0.3..0.7`
 * @throws RunError when it is none of these, or the field cannot be swept
 */
export function parseDimension(text: string): Dimension {
  const fail = (why: string): never => {
    throw new RunError(`--over ${text}: ${why}`);
  };
  const [, name, choice] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || choice === undefined) {
    return fail('write FIELD=VALUE,VALUE,... or FIELD=log:FROM..TO or FIELD=uniform:FROM..TO');
  }
  const root = name.split('.')[0] as string;
  if (IMAGES.includes(root)) return fail(`trials on other images cannot be compared; leave ${root} out`);
  if (!SWEEPABLE.includes(root)) return fail(`a sweep varies one of ${SWEEPABLE.join(', ')}`);
  const [, scale, from, to] = /^(log|uniform):(.+)\.\.(.+)$/.exec(choice) ?? [];
  if (scale === undefined) return { field: name, values: parseValues(choice, fail) };
  const range: Range = { field: name, scale: scale as Range['scale'], from: Number(from), to: Number(to) };
  if (!(range.from < range.to && Number.isFinite(range.to - range.from))) {
    return fail('a range goes from a number to a larger one');
  }
  if (scale === 'log' && range.from <= 0) return fail('a logarithmic range begins above 0');
  return range;
}

/** JSON with commas between, or plain words: `gap,fc`. */
function parseValues(text: string, fail: (why: string) => never): z.infer<ReturnType<typeof z.json>>[] {
  const values = asJson(`[${text}]`) ?? text.split(',').map((part) => asJson(part) ?? wordOrNumber(part));
  if (
    !Array.isArray(values) ||
    values.some((value) => typeof value === 'string' && /[[\]{}"]|^$/.test(value))
  ) {
    return fail('values are numbers, words, or JSON such as [5,5,3], with commas between');
  }
  values.forEach((value, index) => {
    if (values.slice(0, index).some((earlier) => isDeepStrictEqual(earlier, value))) {
      fail(`${JSON.stringify(value)} is there twice`);
    }
  });
  return values;
}

/**
 * What a text of JSON says.
 * @returns undefined for a text that is not valid JSON
 */
function asJson(text: string): z.infer<ReturnType<typeof z.json>> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `.5` is a number to people, though not to JSON. */
function wordOrNumber(text: string): string | number {
  const word = text.trim();
  return word !== '' && Number.isFinite(Number(word)) ? Number(word) : word;
}

/** A value as a word: `0.001`, `[5,5,3]`, `gap`. */
export const formatValue = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none');

/** What is behind the equals sign: `0.001,0.01` or `log:0.0001..0.1`. */
export const formatChoice = (dimension: Dimension): string =>
  'scale' in dimension
    ? `${dimension.scale}:${dimension.from}..${dimension.to}`
    : dimension.values.map(formatValue).join(',');
