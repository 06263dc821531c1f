/** What a run was computed with and on: kept beside it, since a report may be written later, and elsewhere. */
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { readJson, writeJson } from '../files/json.js';
import { requireBeside, shippedText } from '../files/shipped.js';
import type { Device } from '../gpu/device.js';
import type { Reporter, RunStart } from './run/reporter.js';
import { CIRCUMSTANCES } from './run/run-directory.js';

const images = z.number().int().nonnegative();

const machineSchema = z.strictObject({
  adapter: z.string(),
  /** Name and version. */
  driver: z.string(),
  /** Does the adapter compute on the CPU? */
  software: z.boolean(),
  cpu: z.string(),
  cores: z.number().int().positive(),
  system: z.string(),
  /** Those of dawngrad, and of the package that Dawn is in. */
  versions: z.strictObject({ dawngrad: z.string(), webgpu: z.string() }).optional(),
});

export const circumstancesSchema = z.strictObject({
  /** That the run was on last. */
  machine: machineSchema,
  /** Others that it was on before. */
  earlier: z.array(machineSchema).optional(),
  /** Numbers of images, and what is to be known of this copy of the data. */
  images: z.strictObject({ train: images, validation: images, test: images, note: z.string().optional() }),
  parameters: z.number().int().nonnegative(),
});

export type Circumstances = Readonly<z.infer<typeof circumstancesSchema>>;
export type Machine = Circumstances['machine'];

/** The versions of dawngrad, and of the package that Dawn is in. */
function versions(): Machine['versions'] {
  const ours = JSON.parse(shippedText('package.json')) as { readonly version: string };
  const dawns = requireBeside('webgpu/package.json') as { readonly version: string };
  return { dawngrad: ours.version, webgpu: dawns.version };
}

/** The machine that a device is of. */
export function machineOf({ adapter }: Device): Machine {
  const processors = cpus();
  return {
    adapter: adapter.name,
    driver: adapter.driver || 'unknown',
    software: adapter.software,
    cpu: processors[0]?.model.trim() || 'unknown',
    cores: Math.max(1, processors.length),
    system: `${process.platform} ${process.arch}, Node ${process.version}`,
    versions: versions(),
  };
}

/**
 * Keep beside a run what it is computed with and on, and what it was on before.
 * @throws FileError when the disk refuses
 */
export function writeCircumstances({ path, device, dataset, parameters }: RunStart): void {
  const { train, validation, test, note } = dataset;
  const machine = machineOf(device);
  const before = readCircumstances(path);
  const others = before ? [...(before.earlier ?? []), before.machine] : [];
  const earlier = others.filter(
    (one, index) =>
      !isDeepStrictEqual(one, machine) &&
      others.findIndex((other) => isDeepStrictEqual(one, other)) === index,
  );
  const circumstances: Circumstances = {
    machine,
    ...(earlier.length > 0 && { earlier }),
    images: {
      train: train.count,
      validation: validation?.count ?? 0,
      test: test.count,
      ...(note !== undefined && { note }),
    },
    parameters,
  };
  writeJson(join(path, CIRCUMSTANCES), circumstances);
}

/** Keeps the circumstances of the runs that it hears of. */
export const circumstancesKeeper: Reporter = { started: writeCircumstances };

/**
 * What a run was computed with and on.
 * @param run its directory
 * @returns undefined for a run that was not made by an experiment or on the command line
 * @throws FileError when the file is something else
 */
export function readCircumstances(run: string): Circumstances | undefined {
  const path = join(run, CIRCUMSTANCES);
  if (!existsSync(path)) return undefined;
  return readJson(path, circumstancesSchema, 'the circumstances of a run');
}

export const describeMachine = ({ adapter, driver, software, cpu, cores, system }: Machine): string =>
  `${adapter}${software ? ' (computes on the CPU)' : ''}, driver ${driver}; ` +
  `${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'}; ${system}`;
