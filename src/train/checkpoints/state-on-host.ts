import type { Module } from '../../nn/module.js';
import { RunError } from '../run/run-error.js';
import type { HostTensor } from './safetensors.js';
import { notFinite } from './verified.js';

/**
 * A net's parameters and buffers, read from its device, by their names.
 * @param doing what it is for, as errors begin: `saving net.safetensors`
 * @throws RunError when a number is not finite
 */
export async function stateOnHost(module: Module, doing: string): Promise<Map<string, HostTensor>> {
  const named = [...module.stateDict()];
  const values = await Promise.all(named.map(([, tensor]) => tensor.toArray()));
  const state = new Map(
    named.map(([name, { shape }], index): [string, HostTensor] => [name, { shape, values: values[index]! }]),
  );
  const lost = notFinite(state);
  if (lost) throw new RunError(`${doing}: ${lost} holds numbers that are not finite`);
  return state;
}
