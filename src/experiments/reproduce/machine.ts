/** What a run was computed with: kept beside it, since a report may be written elsewhere and later. */
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Device } from '../../gpu/device.js';
import { checked, parseJson } from '../../train/config.js';
import { replaceFile } from '../../train/write-file.js';

const FILE = 'machine.json';

const machineSchema = z.strictObject({
  adapter: z.string(),
  /** Name and version. */
  driver: z.string(),
  /** Does the adapter compute on the CPU? */
  software: z.boolean(),
  cpu: z.string(),
  cores: z.number().int().positive(),
  system: z.string(),
});

export type Machine = Readonly<z.infer<typeof machineSchema>>;

function machineOf({ adapter }: Device): Machine {
  const processors = cpus();
  return {
    adapter: adapter.name,
    driver: adapter.driver || 'unknown',
    software: adapter.software,
    cpu: processors[0]?.model.trim() || 'unknown',
    cores: Math.max(1, processors.length),
    system: `${process.platform} ${process.arch}, Node ${process.version}`,
  };
}

/** @throws RunError when it cannot be written */
export const writeMachine = (run: string, device: Device): void =>
  replaceFile(join(run, FILE), `${JSON.stringify(machineOf(device), null, 2)}\n`);

/**
 * @returns undefined for a run that was not made by an experiment
 * @throws RunError when the file is something else
 */
export function readMachine(run: string): Machine | undefined {
  const path = join(run, FILE);
  if (!existsSync(path)) return undefined;
  return checked(machineSchema, parseJson(readFileSync(path, 'utf8'), path, 'the machine of a run'), path);
}

export const describeMachine = ({ adapter, driver, software, cpu, cores, system }: Machine): string =>
  `${adapter}${software ? ' (computes on the CPU)' : ''}, driver ${driver}; ${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'}; ${system}`;
