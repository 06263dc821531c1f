import { checkDevice } from '../gpu/check-device.js';
import type { Device } from '../gpu/device.js';
import { PerDevice } from '../gpu/device-state.js';
import { fromArray } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import { keep } from '../tensor/tidy.js';
import { defineKernel, elementCost, launch } from './kernel.js';

/** key = (seed, counter), and the counter goes up by one. */
export const nextKeyKernel = defineKernel({
  name: 'randomKey.next',
  shader: 'random_key.wgsl',
  entryPoint: 'next_key',
  bindings: { state: 'write', key: 'write' },
  params: {},
  grid: () => [1, 1, 1],
  cost: () => elementCost(5),
});

/**
 * Keys count up from here, the streams of `randn` and `uniform` from 0. Both hash (seed, number, index), so dropout would
 * repeat the random bits of some initial weights if the two ever met.
 */
const FIRST_COUNTER = 2 ** 31;

/**
 * Where the random numbers of a device's kernels stand: a seed, and how many keys were drawn. It lives on the device, so
 * that nothing random in a training step comes from the host; checkpoints save it with `read` and restore it with `write`.
 */
export class RandomState {
  readonly #state: Tensor;

  constructor(device: Device) {
    this.#state = device.unrecorded(() =>
      keep(fromArray(device, Uint32Array.of(device.seed, FIRST_COUNTER), [2])),
    );
  }

  /** A fresh key, u32 [seed, counter]. Everything random takes its own, and hashes (seed, counter, element). */
  nextKey(): Tensor {
    const key = new Tensor(this.#state.device, [2], 'u32');
    launch(nextKeyKernel, { state: this.#state, key }, {});
    return key;
  }

  /** The state after all work queued so far. */
  async read(): Promise<{ seed: number; counter: number }> {
    const [seed, counter] = await this.#state.toArray();
    return { seed, counter };
  }

  /** Set the state for all work from now on. Both are taken modulo 2^32. */
  write({ seed, counter }: { seed: number; counter: number }): void {
    this.#state.write(Uint32Array.of(seed, counter));
  }
}

const states = new PerDevice((device) => new RandomState(device));

/** The random state of a device; begins with the device's seed. */
export function randomState(device: Device): RandomState {
  checkDevice('randomState', device);
  return states.of(device);
}

/** A fresh key from the device's random state: u32 [seed, counter]. */
export const nextKey = (device: Device): Tensor => randomState(device).nextKey();
