/** Which variant a product takes when nobody says so: as measured on this adapter, else as the rules for it say. */
import { readFileSync } from 'node:fs';
import type { Device } from '../../../gpu/device.js';
import { LADDER, type MatmulVariant, serves } from '../matmul-ladder.js';
import type { Epilogue, Product } from '../product.js';
import { type MeasuredProducts, measuredTablePath, parseMeasuredTable, subjectOf } from './measured-table.js';
import { productKey } from './product-key.js';
import { holds, type ShippedRule, shippedRules } from './shipped-rules.js';

/** What a device knows about products, found when it is first asked. */
interface Knowledge {
  readonly measured: MeasuredProducts;
  readonly rules: readonly ShippedRule[];
  /** By product key; `undefined` where neither has anything to say. */
  readonly choices: Map<string, MatmulVariant | undefined>;
}

/** A product that some work asked for. */
export interface SeenProduct {
  readonly key: string;
  readonly product: Product;
  readonly epilogue: Epilogue;
  /** How often. */
  count: number;
}

const knowledge = new WeakMap<Device, Knowledge>();
const watched = new WeakMap<Device, Map<string, SeenProduct>>();

/** The variant to take for a product, or undefined when nothing is known about it. */
export function tunedVariant(
  device: Device,
  product: Product,
  epilogue: Epilogue,
): MatmulVariant | undefined {
  const key = productKey(product, epilogue);
  note(device, key, product, epilogue);
  let known = knowledge.get(device);
  if (!known) {
    known = knowledgeOf(device, readMeasuredTable(device).products);
    knowledge.set(device, known);
  }
  const { choices } = known;
  if (!choices.has(key)) choices.set(key, choose(device, known, key, product, epilogue));
  const variant = choices.get(key);
  // Products of one key may be laid out differently enough for a variant to take only some.
  return variant && serves(variant, device, product) ? variant : undefined;
}

function choose(
  device: Device,
  { measured, rules }: Knowledge,
  key: string,
  product: Product,
  epilogue: Epilogue,
) {
  const takes = (variant: string | undefined): variant is MatmulVariant =>
    variant !== undefined && variant in LADDER && serves(variant as MatmulVariant, device, product);
  const candidates = rules.filter((rule) => holds(rule, product, epilogue)).map(({ variant }) => variant);
  return [measured[key]?.variant, ...candidates].find(takes);
}

const knowledgeOf = (device: Device, measured: MeasuredProducts): Knowledge => ({
  measured,
  rules: shippedRules(device.adapter.name),
  choices: new Map(),
});

/** Where the measurements for a device are kept, and which there are; if a file is of no use, why. */
export interface MeasuredTable {
  readonly path: string;
  readonly products: MeasuredProducts;
  readonly ignored?: string;
}

/** `DAWNGRAD_TUNING=off` leaves the user's measurements out: tests must not depend on them. */
export function readMeasuredTable(device: Device): MeasuredTable {
  const subject = subjectOf(device);
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
export function useMeasurements(device: Device, products: MeasuredProducts): void {
  knowledge.set(device, knowledgeOf(device, products));
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

function note(device: Device, key: string, product: Product, epilogue: Epilogue): void {
  const seen = watched.get(device);
  const before = seen?.get(key);
  if (before) before.count++;
  else seen?.set(key, { key, product, epilogue, count: 1 });
}
