/** How a WebGPU device is asked for: on which adapter, with which limits and features. */
import { checkOptions, type Rules } from '../errors/check-options.js';
import { either, oneOf, plainObject, seed, text } from '../errors/rules.js';
import { type Adapter, type AdapterOptions, requestAdapter, SUBGROUP_MATRIX } from './adapter.js';
import { requiredLimits } from './limits.js';
import { type Precision, precisionRule } from './precision.js';

/** Which adapter a device is on, and what it may do. */
export interface DeviceOptions extends AdapterOptions {
  /** Seeds every random number on this device (default 0): initial weights, dropout, augmentation. */
  seed?: number;
  /** Ask for less than the adapter offers; `'minimum'` asks for what WebGPU guarantees everywhere. */
  limits?: 'minimum' | Readonly<Record<string, number>>;
  /** `'none'` does without what is optional in WebGPU, such as subgroups; else what the adapter has of it is used. */
  features?: 'none';
  /**
   * What matrix products may round their operands to where that is faster on this adapter, by experimental features if it takes
   * them (default `'highest'`: nothing). With `'high'` they may be sums of two halves, with `'medium'` halves: where the adapter
   * has `shader-f16`, activations and their gradients are then stored as halves too. Sums, weights, their gradients and the state
   * of optimizers are in single precision always.
   */
  precision?: Precision;
}

/** What its options must be; which limits there are, the adapter says. */
const OPTIONS: Rules<DeviceOptions> = {
  backend: text,
  adapter: text,
  seed,
  limits: either(plainObject, oneOf('minimum')),
  precision: precisionRule,
  features: oneOf('none'),
};

const WANTED_FEATURES = ['timestamp-query', 'shader-f16', 'subgroups', SUBGROUP_MATRIX] as const;

/** A WebGPU device and the adapter that it is on. */
export interface OpenDevice {
  readonly adapter: Adapter;
  readonly gpu: GPUDevice;
}

/**
 * Open a device on the best adapter there is, hardware before software.
 * @throws AdapterError when there is none, LimitError when `limits` asks for more than the adapter has, ArgumentError for
 *   options that there are not
 */
export async function openDevice(options: DeviceOptions): Promise<OpenDevice> {
  checkOptions('Device.create', options, OPTIONS);
  const { seed: _, limits, features, precision, ...which } = options;
  const adapter = await requestAdapter(which, precision);
  const gpu = await adapter.gpuAdapter.requestDevice({
    requiredFeatures:
      features === 'none'
        ? []
        : WANTED_FEATURES.filter((feature) => adapter.gpuAdapter.features.has(feature)),
    requiredLimits: requiredLimits(adapter.gpuAdapter.limits, limits),
  });
  return { adapter, gpu };
}
