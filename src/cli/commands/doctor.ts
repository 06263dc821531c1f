import type { Command } from 'commander';
import { diagnose, type Finding } from '../../inspect/diagnosis.js';
import { Exit } from '../failure.js';
import {
  adapterOptions,
  type DeviceFlags,
  type PrecisionFlag,
  precisionFlag,
  withDeviceFlags,
} from '../options.js';

const MARKS: Readonly<Record<Finding['state'], string>> = { fine: ' ', slow: '!', broken: 'x' };
const COLUMN = 34;

export function defineDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description('say what this machine can compute with, and what to do where something is wrong');
  withDeviceFlags(command).addOption(precisionFlag('highest')).action(doctor);
}

async function doctor({ precision = 'highest', ...flags }: DeviceFlags & PrecisionFlag): Promise<void> {
  let broken = false;
  for await (const { what, found, state, remedy } of diagnose({ ...adapterOptions(flags), precision })) {
    process.stdout.write(`${MARKS[state]} ${what.padEnd(COLUMN)} ${found}\n`);
    if (remedy) process.stdout.write(`  ${''.padEnd(COLUMN)} -> ${remedy}\n`);
    broken ||= state === 'broken';
  }
  process.stdout.write(broken ? 'dawngrad cannot run here\n' : 'dawngrad can run here\n');
  if (broken) throw new Exit(1);
}
