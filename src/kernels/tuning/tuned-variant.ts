/** Which variant a product takes when nobody says so: as measured on this adapter, else as the rules for it say. */
import { readFileSync } from 'node:fs';
import type { Device } from '../../gpu/device.js';
import {
  type Ladder,
  type MeasuredProducts,
  measuredTablePath,
  parseMeasuredTable,
  subjectOf,
} from './measured-table.js';
import { type EpilogueForm, type ProductForm, productKey } from './product-key.js';
import { holds, type ShippedRule, shippedRules } from './shipped-rules.js';

/** What a device knows about products, found when it is first asked. */
interface Knowledge {
  readonly measured: MeasuredProducts;
  readonly rules: readonly ShippedRule[];
  readonly runnable: ReadonlySet<string>;
  /** By product key; `undefined` where neither has anything to say. */
  readonly choices: Map<string, string | undefined>;
}

/** A product that some work asked for. */
export interface SeenProduct {
  readonly key: string;
  readonly product: ProductForm;
  readonly epilogue: EpilogueForm;
  /** How often. */
  count: number;
}

const knowledge = new WeakMap<Device, Knowledge>();
const watched = new WeakMap<Device, Map<string, SeenProduct>>();

/**
 * The variant to take for a product, or undefined when nothing is known about it.
 * @param ladder all variants; those that this device can run are `runnable(device)`
 */
export function tunedVariant<Variant extends string>(
  device: Device,
  product: ProductForm,
  epilogue: EpilogueForm,
  ladder: Ladder<Variant>,
  runnable: (device: Device) => readonly Variant[],
): Variant | undefined {
  const key = productKey(product, epilogue);
  note(device, key, product, epilogue);
  let known = knowledge.get(device);
  if (!known) {
    const variants = runnable(device);
    known = knowledgeOf(device, readMeasuredTable(device, ladder).products, variants);
    knowledge.set(device, known);
  }
  const { choices } = known;
  if (!choices.has(key)) choices.set(key, choose(known, key, product));
  return choices.get(key) as Variant | undefined;
}

function choose({ measured, rules, runnable }: Knowledge, key: string, product: ProductForm) {
  const { variant } = measured[key] ?? {};
  if (variant !== undefined && runnable.has(variant)) return variant;
  return rules.find((rule) => runnable.has(rule.variant) && holds(rule, product))?.variant;
}

const knowledgeOf = (device: Device, measured: MeasuredProducts, variants: readonly string[]): Knowledge => ({
  measured,
  rules: shippedRules(device.adapter.name),
  runnable: new Set(variants),
  choices: new Map(),
});

/** Where the measurements for a device are kept, and which there are; if a file is of no use, why. */
export interface MeasuredTable {
  readonly path: string;
  readonly products: MeasuredProducts;
  readonly ignored?: string;
}

/** `DAWNGRAD_TUNING=off` leaves the user's measurements out: tests must not depend on them. */
export function readMeasuredTable(device: Device, ladder: Ladder): MeasuredTable {
  const subject = subjectOf(device.adapter, ladder);
  const path = measuredTablePath(subject);
  if (process.env.DAWNGRAD_TUNING === 'off') return { path, products: {}, ignored: 'DAWNGRAD_TUNING is off' };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { path, products: {}, ...(code !== 'ENOENT' && { ignored: message }) };
  }
  return { path, products: {}, ...parseMeasuredTable(text, subject) };
}

/** Take these measurements from now on, in place of the user's. */
export function useMeasurements(
  device: Device,
  products: MeasuredProducts,
  variants: readonly string[],
): void {
  knowledge.set(device, knowledgeOf(device, products, variants));
}

/** The distinct products that `work` asks for without naming a variant. */
export function productsOf(device: Device, work: () => void): readonly SeenProduct[] {
  const seen = new Map<string, SeenProduct>();
  watched.set(device, seen);
  try {
    work();
  } finally {
    watched.delete(device);
  }
  return [...seen.values()];
}

function note(device: Device, key: string, product: ProductForm, epilogue: EpilogueForm): void {
  const seen = watched.get(device);
  const before = seen?.get(key);
  if (before) before.count++;
  else seen?.set(key, { key, product, epilogue, count: 1 });
}
