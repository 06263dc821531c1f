/** The file in which the tuner leaves what it measured on an adapter, and what is read of it. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { quotable } from '../../../errors/errors.js';
import { inCache } from '../../../files/cache.js';
import type { Device } from '../../../gpu/device.js';
import { readShader } from '../../../gpu/shaders/shader.js';
import { LADDER } from '../ladder/ladder.js';
import type { Rung } from '../ladder/rung.js';

/** What the measurements are about. They say nothing about another driver, or about shaders that have changed since. */
export interface Subject {
  readonly adapter: string;
  readonly driver: string;
  /** Lanes that execute together, from least to most. */
  readonly lanes: string;
  /** What operands may be rounded to: with each other kernels take part, and no table is any good for another. */
  readonly precision: string;
  /** A hash of all kernels that there was a choice between, and of what they were specialised with. */
  readonly shaders: string;
}

/** The choice for one product, and how long a launch takes of each variant that was worth timing. */
export interface MeasuredProduct {
  readonly variant: string;
  readonly milliseconds: Readonly<Record<string, number>>;
}

/** By product key. */
export type MeasuredProducts = Readonly<Record<string, MeasuredProduct>>;

const schema = z.object({
  subject: z.object({
    adapter: z.string(),
    driver: z.string(),
    lanes: z.string(),
    precision: z.string(),
    shaders: z.string(),
  }),
  products: z.record(
    z.string(),
    z.object({ variant: z.string(), milliseconds: z.record(z.string(), z.number()) }),
  ),
});

/** Variants by name. */
type Ladder = Readonly<Record<string, Pick<Rung, 'kernel' | 'constants' | 'forReading'>>>;

/** What measurements on this device are about: its adapter, driver and precision, and the rungs of the ladder. */
export function subjectOf(
  { adapter, precision }: Pick<Device, 'adapter' | 'precision'>,
  ladder: Ladder = LADDER,
): Subject {
  const hash = createHash('sha256');
  for (const [variant, { kernel, constants = {}, forReading }] of Object.entries(ladder)) {
    if (forReading) continue;
    hash.update(JSON.stringify([variant, kernel.entryPoint, constants, readShader(kernel.shader)]));
  }
  const { name, driver, subgroupSize } = adapter;
  const lanes = `${subgroupSize.min} to ${subgroupSize.max}`;
  return { adapter: name, driver, lanes, precision, shaders: hash.digest('hex').slice(0, 16) };
}

/** The file for an adapter, its driver and a precision, in the user's cache; it may not be there. */
export function measuredTablePath({ adapter, driver, lanes, precision }: Subject): string {
  const words = adapter.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '');
  const hash = createHash('sha256')
    .update(JSON.stringify([adapter, driver, lanes, precision]))
    .digest('hex');
  return inCache('tuning', `${words}-${hash.slice(0, 8)}.json`);
}

/** What `parseMeasuredTable` reads. */
export const measuredTableText = (subject: Subject, products: MeasuredProducts): string =>
  `${JSON.stringify({ subject, products }, null, 2)}\n`;

/** Why the products of a file are not used. */
interface Unused {
  readonly ignored: string;
  /** It was of use once, and measuring anew helps. */
  readonly stale?: true;
}

/** The products of a file, or why there are none to use: a bad cache slows nobody's work down, nor stops it. */
export function parseMeasuredTable(
  text: string,
  subject: Subject,
): { readonly products: MeasuredProducts } | Unused {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { ignored: 'it is not valid JSON' };
  }
  const table = schema.safeParse(content);
  if (!table.success) return { ignored: 'it is not a table of measurements' };
  const { products, subject: its } = table.data;
  const other = (Object.keys(subject) as (keyof Subject)[]).find((name) => its[name] !== subject[name]);
  if (other === undefined) return { products };
  return stale(other === 'shaders' ? shadersChanged(products) : otherSubject(other, its));
}

const stale = (why: string): Unused => ({ ignored: `it is stale: ${quotable(why)}`, stale: true });

/** With the variants that it names and that there are no more. */
function shadersChanged(products: MeasuredProducts): string {
  const names = new Set(Object.values(products).map(({ variant }) => variant));
  const gone = [...names].filter((variant) => !Object.hasOwn(LADDER, variant));
  return `the shaders have changed since${gone.length > 0 ? `, and ${gone.join(', ')} is gone` : ''}`;
}

const otherSubject = (part: keyof Subject, its: Subject): string =>
  `it is for another ${part === 'lanes' ? 'subgroup size' : part}, ${its[part]}`;

/** Which measurements there are for a device; if a file is of no use, why. */
export interface MeasuredTable extends Partial<Unused> {
  /** The file that they are in, or would be. */
  readonly path: string;
  readonly products: MeasuredProducts;
}

/** `DAWNGRAD_TUNING=off` leaves the user's measurements out: tests must not depend on them. */
export function readMeasuredTable(device: Pick<Device, 'adapter' | 'precision'>): MeasuredTable {
  const subject = subjectOf(device);
  const path = measuredTablePath(subject);
  if (process.env.DAWNGRAD_TUNING === 'off') return { path, products: {}, ignored: 'DAWNGRAD_TUNING is off' };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return ofOtherDriver(path, subject) ?? { path, products: {} };
    return { path, products: {}, ignored: message };
  }
  return { path, products: {}, ...parseMeasuredTable(text, subject) };
}

/** Was this adapter measured with another driver? Then that is told, since what was gained by it is lost. */
function ofOtherDriver(none: string, subject: Subject): MeasuredTable | undefined {
  for (const path of filesBeside(none)) {
    const its = subjectIn(path);
    if (its?.adapter !== subject.adapter || its.precision !== subject.precision) continue;
    const part = its.driver === subject.driver ? 'lanes' : 'driver';
    return { path, products: {}, ...stale(otherSubject(part, its)) };
  }
  return undefined;
}

/** What a file's measurements are about; undefined where there are none in it. */
function subjectIn(file: string): Subject | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8'))).subject;
  } catch {
    return undefined;
  }
}

/** Other files for an adapter of the same name. */
function filesBeside(path: string): string[] {
  const directory = dirname(path);
  if (!existsSync(directory)) return [];
  const words = basename(path).replace(/[0-9a-f]{8}\.json$/, '');
  return readdirSync(directory)
    .filter((name) => name.startsWith(words) && name.endsWith('.json'))
    .map((name) => join(directory, name));
}
