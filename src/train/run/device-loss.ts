/** A run outlives its device: where a driver resets a GPU, it goes on with another device from its last checkpoint. */
import type { Device } from '../../gpu/device.js';
import { DeviceLostError } from '../../gpu/gpu-errors.js';
import { type RunOptions, type RunOutcome, runTraining } from './run.js';
import { RunDirectory } from './run-directory.js';

/**
 * Lends a device made with a config's `deviceSettings`: a fresh one each time, since first weights depend on what was drawn
 * before.
 */
export type WithDevice = <T>(work: (device: Device) => Promise<T>) => Promise<T>;

/** More devices lost within an hour than this is no accident. */
const MOST = 3;
/** In milliseconds. */
const HOUR = 3_600_000;

/**
 * Train a run as `runTraining` does, going on with another device where one is lost. What it loses are the steps since the
 * last checkpoint, which are taken again, to the same bits.
 * @throws DeviceLostError at the fourth loss within an hour, and what `runTraining` throws
 */
export async function trainThroughLosses(
  options: Omit<RunOptions, 'device'>,
  withDevice: WithDevice,
): Promise<RunOutcome> {
  const { path, reporter } = options;
  let { resume = false } = options;
  let losses: number[] = [];
  for (;;) {
    try {
      return await withDevice((device) => trainOn(device, { ...options, resume }));
    } catch (error) {
      if (!(error instanceof DeviceLostError) || error.destroyed) throw error;
      const now = Date.now();
      losses = [...losses, now].filter((time) => now - time < HOUR);
      if (losses.length > MOST) {
        const again = `that was the fourth time within an hour; --resume ${path} goes on from the last checkpoint`;
        throw new DeviceLostError(`${error.message}; ${again}`, false);
      }
      // Before it had a config, there is nothing to go on with.
      resume = RunDirectory.find(path) !== undefined;
      const where = resume ? 'going on with a new one from the last checkpoint' : 'beginning on a new one';
      reporter?.warned?.(`${error.message}; ${where}`);
    }
  }
}

/** Whatever goes wrong on a device that is lost goes wrong because of that. */
async function trainOn(device: Device, options: Omit<RunOptions, 'device'>): Promise<RunOutcome> {
  try {
    return await runTraining({ ...options, device });
  } catch (error) {
    if (!(error instanceof DeviceLostError)) device.check();
    throw error;
  }
}
