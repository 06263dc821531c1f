/**
 * Which variant computes a product when nobody says so: the first that the device may take of
 *
 *   1. what a person wants all products to be computed by, if anything (forced-variant.ts)
 *   2. what the tuner measured on this adapter to be the fastest for such a product (measured-table.ts)
 *   3. what the rules that come with the engine say of adapters that many people have (shipped-rules.ts)
 *   4. a rule of thumb (rule-of-thumb.ts)
 *   5. the specification, which computes every product on every device
 */
import type { Device } from '../../../gpu/device.js';
import { PerDevice } from '../../../gpu/device-state.js';
import { allows } from '../../../gpu/precision.js';
import { LADDER, type MatmulVariant, VARIANTS } from '../ladder/ladder.js';
import type { Rung } from '../ladder/rung.js';
import { type Epilogue, type Product, SINGLES, type Stored } from '../product.js';
import { forcedVariant } from './forced-variant.js';
import { type MeasuredProducts, readMeasuredTable } from './measured-table.js';
import { productKey } from './product-key.js';
import { ruleOfThumb } from './rule-of-thumb.js';
import { noteProduct, type SeenProduct } from './seen-products.js';
import { holds, shippedRules } from './shipped-rules.js';

const measured = new PerDevice((device) => readMeasuredTable(device).products);
const rules = new PerDevice((device) => shippedRules(device.adapter.name));

/** A variant that was taken, and how many were preferred to it but could not be. */
interface Taken {
  readonly variant: MatmulVariant;
  readonly refused: number;
}
/** What was taken for products of a key. If they differ in what they accept, the most preferred: each takes its own by that again. */
const taken = new PerDevice(() => new Map<string, Taken>());

/** The variant to take for a product whose operands are stored so (default: in single precision). */
export function chooseVariant(
  device: Device,
  product: Product,
  epilogue: Epilogue = {},
  stored: Stored = SINGLES,
): MatmulVariant {
  const key = productKey(product, epilogue, stored);
  noteProduct(device, { key, product, epilogue, stored });
  let refused = 0;
  for (const { variant } of preferences(device, key, product, epilogue)) {
    if (mayTake(variant, device, product, epilogue)) return take(device, key, { variant, refused });
    refused += 1;
  }
  return take(device, key, { variant: 'specification', refused });
}

function take(device: Device, key: string, choice: Taken): MatmulVariant {
  const choices = taken.of(device);
  const before = choices.get(key);
  if (!before || choice.refused < before.refused) choices.set(key, choice);
  return choice.variant;
}

/** Who prefers a variant: in the order above, a person, what this adapter was measured to do, a rule for it, one for all, nobody. */
export type ChoiceReason = 'forced' | 'measured' | 'shipped rule' | 'rule of thumb' | 'fallback';

interface Preference {
  readonly variant: string;
  readonly why: ChoiceReason;
  /** Where a rule stands that comes with the engine. */
  readonly place?: string;
}

/** What to take for a product, the best first; a table may name what is not a variant, or not one for this product. */
function* preferences(
  device: Device,
  key: string,
  product: Product,
  epilogue: Epilogue,
): Iterable<Preference> {
  const forced = forcedVariant(device);
  if (forced) yield { variant: forced, why: 'forced' };
  const best = measured.of(device)[key];
  if (best) yield { variant: best.variant, why: 'measured' };
  for (const rule of rules.of(device)) {
    const { variant, place } = rule;
    if (holds(rule, product, epilogue)) yield { variant, why: 'shipped rule', place };
  }
  for (const variant of ruleOfThumb(device, product)) yield { variant, why: 'rule of thumb' };
}

/** What `chooseVariant` takes, why, and what was preferred to it but cannot be taken, the best first. */
export interface ExplainedChoice extends Preference {
  readonly variant: MatmulVariant;
  readonly refused: readonly string[];
}

/** Say why a product that was asked for gets the variant that it gets. */
export function explainChoice(
  device: Device,
  { key, product, epilogue }: Pick<SeenProduct, 'key' | 'product' | 'epilogue'>,
): ExplainedChoice {
  const refused: string[] = [];
  for (const preference of preferences(device, key, product, epilogue)) {
    const { variant } = preference;
    if (mayTake(variant, device, product, epilogue)) return { ...preference, variant, refused };
    refused.push(variant);
  }
  return { variant: 'specification', why: 'fallback', refused };
}

/** May this device take this variant for this product without being told to? */
function mayTake(
  variant: string,
  device: Device,
  product: Product,
  epilogue: Epilogue,
): variant is MatmulVariant {
  if (!Object.hasOwn(LADDER, variant)) return false;
  const { forReading, precision = 'highest', accepts }: Rung = LADDER[variant as MatmulVariant];
  const lowest = product.exact ? 'highest' : device.precision;
  const wanted = !forReading || variant === forcedVariant(device);
  return wanted && allows(lowest, precision) && accepts(device, product, epilogue);
}

/** The variants from which this device may choose for this product. */
export const variantsFor = (device: Device, product: Product, epilogue: Epilogue = {}): MatmulVariant[] =>
  VARIANTS.filter((variant) => mayTake(variant, device, product, epilogue));

/**
 * By product key, the variants that products of this device took so far; for those of which it has seen none, what the
 * measurements say. A device that uses these as its measurements chooses as this one does.
 */
export function chosenVariants(device: Device): Readonly<Record<string, string>> {
  const table = Object.entries(measured.of(device)).map(([key, { variant }]) => [key, variant]);
  const seen = [...taken.of(device)].map(([key, { variant }]) => [key, variant]);
  return Object.fromEntries([...table, ...seen]);
}

/** Take these measurements from now on, in place of the user's. */
export function useMeasurements(device: Device, products: MeasuredProducts): void {
  measured.set(device, products);
}
