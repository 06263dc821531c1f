/** The weights of a net, alone in a safetensors file: what other programs read too, and write. */
import { checkArgument, checkOptions, type Rules } from '../../errors/check-options.js';
import { boolean, instance, text } from '../../errors/rules.js';
import { readBytes } from '../../files/read-file.js';
import { replaceFile } from '../../files/write-file.js';
import { Module } from '../../nn/module.js';
import type { HostArray } from '../../nn/state.js';
import { sameShape } from '../../tensor/shape.js';
import type { HostTensor } from './safetensors.js';
import { stateOnHost } from './state-on-host.js';
import { decodeVerified, encodeVerified } from './verified.js';

/** What Python's readers ask for. */
const METADATA = { format: 'pt' };

/** What a net's names begin with in files of others, and in our own checkpoints, which hold more than a net. */
const PREFIXES = ['module.', 'model.'];

/** How strictly weights are held to a net. */
export interface LoadWeightsOptions {
  /** Refuse a file with other tensors than the net has (default); else those that fit are loaded. */
  strict?: boolean;
}

const OPTIONS: Rules<LoadWeightsOptions> = { strict: boolean };

/** What was not loaded. */
export interface LoadedWeights {
  /** Names of the net that the file has no tensor for, or one of another shape. */
  readonly missing: readonly string[];
  /** Names in the file that are none of the net's, or of another shape there. */
  readonly unexpected: readonly string[];
}

/**
 * Write a net's parameters and buffers, under PyTorch's names and in its layouts, in place of what was there.
 *
 *     await saveWeights('net.safetensors', model);      // in Python: safetensors.torch.load_file('net.safetensors')
 *
 * @throws RunError when a number is not finite, FileError when the disk refuses; the old file stays then
 */
export async function saveWeights(path: string, module: Module): Promise<void> {
  checkArgument('saveWeights', 'path', path, text);
  checkArgument('saveWeights', 'module', module, instance(Module));
  const tensors = await stateOnHost(module, `saving ${path}`);
  replaceFile(path, encodeVerified({ tensors, metadata: METADATA }));
}

/**
 * Load a net's parameters and buffers from a safetensors file of any writer: of PyTorch (also of a net in `DataParallel`, whose
 * names begin with `module.`), of `saveWeights`, or a run's checkpoint.
 *
 *     loadWeights('runs/mine/best.safetensors', model);
 *
 * @returns what was not loaded: nothing, where `strict`
 * @throws FileError when it cannot be read, RunError when it is damaged or holds numbers that are not finite, ShapeError when it is
 *   of another net; nothing is loaded then
 */
export function loadWeights(path: string, module: Module, options: LoadWeightsOptions = {}): LoadedWeights {
  checkArgument('loadWeights', 'path', path, text);
  checkArgument('loadWeights', 'module', module, instance(Module));
  checkOptions('loadWeights', options, OPTIONS);
  const own = module.stateDict();
  const found = netIn(decodeVerified(readBytes(path), path).tensors, new Set(own.keys()));
  const fits = ([name, { shape }]: [string, HostTensor]) => {
    const tensor = own.get(name);
    return tensor !== undefined && sameShape(tensor.shape, shape);
  };
  if (options.strict ?? true) {
    module.loadStateDict(found as ReadonlyMap<string, HostArray>);
    return { missing: [], unexpected: [] };
  }
  const fitting = new Map([...found].filter(fits));
  const state = new Map([...own].map(([name, tensor]) => [name, fitting.get(name) ?? tensor]));
  module.loadStateDict(state as ReadonlyMap<string, HostArray>);
  return {
    missing: [...own.keys()].filter((name) => !fitting.has(name)),
    unexpected: [...found.keys()].filter((name) => !fitting.has(name)),
  };
}

/** The tensors of a net in a file, under the net's names: without a prefix that all of them have and the net has not. */
function netIn(
  tensors: ReadonlyMap<string, HostTensor>,
  own: ReadonlySet<string>,
): ReadonlyMap<string, HostTensor> {
  const known = [...tensors.keys()].some((name) => own.has(name));
  const prefix = known ? undefined : PREFIXES.find((one) => [...own].some((name) => tensors.has(one + name)));
  if (prefix === undefined) return tensors;
  const inside = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(inside.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
