/** The project's own training steps, as `../peers` measures them: the same net, weights, batch and optimizer. */
import { join } from 'node:path';
import { stopwatch } from '../../dist/gpu/stopwatch.js';
import { readArrays, writeArrays } from '../peers/arrays.mjs';
import { allCases } from '../peers/cases.mjs';
import { open } from '../peers/engines/dawngrad.mjs';
import { mainBatch } from './options.mjs';

/** The training step at some batch, as data. */
export const stepCase = (batch, width) => allCases({ batch, width }).find(({ kind }) => kind === 'train');

/** Cases and their numbers, drawn when they are first needed and kept in a folder. */
export class Cases {
  #folder;
  #width;
  #files = new Map();

  constructor(folder, width) {
    this.#folder = folder;
    this.#width = width;
  }

  /** @returns {{ wanted: import('../peers/cases.mjs').Case, file: string }} */
  get(batch) {
    const wanted = stepCase(batch, this.#width);
    if (!this.#files.has(batch)) {
      const file = join(this.#folder, `arrays-${batch}`);
      writeArrays(file, wanted.arrays);
      this.#files.set(batch, file);
    }
    return { wanted, file: this.#files.get(batch) };
  }
}

/** A device of each precision, opened when it is first needed. */
export class Devices {
  #engines = new Map();

  /** @returns {Promise<{ device: import('../../dist/gpu/device.js').Device, clock: object, works: object }>} */
  async get(precision) {
    if (!this.#engines.has(precision)) {
      const { device, works } = await open(precision);
      this.#engines.set(precision, { device, works, clock: stopwatch(device) });
    }
    return this.#engines.get(precision);
  }

  destroy() {
    for (const { device } of this.#engines.values()) device.destroy();
  }
}

/** The training step of a case on a device, its net and batch in memory there. */
export const workOf = ({ works }, { wanted, file }) => works.train(wanted, readArrays(file, wanted.arrays));

/** After how many steps to look at the loss. */
export const lossesAt = (sizes, batch) => (batch === mainBatch(sizes) ? sizes.lossesAt : [1]);

/**
 * Steps queued one after the other, waiting for nothing in between: milliseconds of one, by repetition.
 * @param {{ device: object, clock: object }} on
 * @param {() => void} run queues one
 */
export async function timeSteps({ device, clock }, run, { steps: least, milliseconds, repeats }) {
  run();
  await device.synchronize();
  const start = performance.now();
  run();
  await device.synchronize();
  const steps = Math.max(least, Math.ceil(milliseconds / (performance.now() - start)));
  const wall = [];
  const onDevice = [];
  while (wall.length < repeats) {
    const begin = performance.now();
    const took = await clock.time(() => {
      for (let step = 0; step < steps; step++) run();
    });
    wall.push((performance.now() - begin) / steps);
    onDevice.push(took / steps);
  }
  return { steps, wall, device: clock.name === 'device timestamps' ? onDevice : null };
}
