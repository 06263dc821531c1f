/** The file in which the tuner leaves what it measured on an adapter, and what is read of it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
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
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const words = adapter.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '');
  const hash = createHash('sha256')
    .update(JSON.stringify([adapter, driver, lanes, precision]))
    .digest('hex');
  return join(cache, 'dawngrad', 'tuning', `${words}-${hash.slice(0, 8)}.json`);
}

/** What `parseMeasuredTable` reads. */
export const measuredTableText = (subject: Subject, products: MeasuredProducts): string =>
  `${JSON.stringify({ subject, products }, null, 2)}\n`;

/** The products of a file, or why there are none to use: a bad cache slows nobody's work down, nor stops it. */
export function parseMeasuredTable(
  text: string,
  subject: Subject,
): { readonly products: MeasuredProducts } | { readonly ignored: string } {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { ignored: 'it is not valid JSON' };
  }
  const table = schema.safeParse(content);
  if (!table.success) return { ignored: 'it is not a table of measurements' };
  const other = (Object.keys(subject) as (keyof Subject)[]).find(
    (name) => table.data.subject[name] !== subject[name],
  );
  if (other === 'shaders') return { ignored: 'the shaders have changed since' };
  if (other) return { ignored: `it is for another ${other}` };
  return { products: table.data.products };
}

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
