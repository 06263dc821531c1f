/** The weights of a net, alone in a safetensors file: what other programs read too, and write. */
import { checkArgument, checkOptions, type Rules } from '../../errors/check-options.js';
import { boolean, instance, text } from '../../errors/rules.js';
import { someOf } from '../../errors/some-of.js';
import { readBytes } from '../../files/read-file.js';
import { replaceFile } from '../../files/write-file.js';
import { Module } from '../../nn/module.js';
import type { HostArray } from '../../nn/state.js';
import { sameShape } from '../../tensor/shape.js';
import { RunError } from '../run/run-error.js';
import { READ_TYPES } from './element-types.js';
import { below, STATE, scoredNet } from './layout.js';
import type { HostTensor, ReadSafetensors } from './safetensors.js';
import { stateOnHost } from './state-on-host.js';
import { decodeChecked, encodeVerified, refuseNotFinite } from './verified.js';

/** What Python's readers ask for. */
export const FOR_PYTHON = { format: 'pt' };

/** What a net's names begin with in files of others: those of PyTorch's nets in `DataParallel`, compiled, or in a field. */
const PREFIXES = ['module.', '_orig_mod.', 'module._orig_mod.', '_orig_mod.module.', 'model.', 'net.'];

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
  replaceFile(path, encodeVerified({ tensors, metadata: FOR_PYTHON }));
}

/**
 * Load a net's parameters and buffers from a safetensors file of any writer: of PyTorch (also of a net in `DataParallel`, whose
 * names begin with `module.`), of `saveWeights`, or a run's checkpoint.
 *
 *     loadWeights('runs/mine/best.safetensors', model);
 *
 * @returns what was not loaded: nothing, where `strict`
 * @throws FileError when it cannot be read, RunError when it is damaged or what is to be loaded holds numbers that are not finite, or is
 *   of elements that are not read, ShapeError when it is of another net; nothing is loaded then
 */
export function loadWeights(path: string, module: Module, options: LoadWeightsOptions = {}): LoadedWeights {
  checkArgument('loadWeights', 'path', path, text);
  checkArgument('loadWeights', 'module', module, instance(Module));
  checkOptions('loadWeights', options, OPTIONS);
  const own = module.stateDict();
  const found = netIn(readWeights(readBytes(path), path), new Set(own.keys()), path);
  const fits = ([name, { shape }]: [string, HostTensor]) => {
    const tensor = own.get(name);
    return tensor !== undefined && sameShape(tensor.shape, shape);
  };
  if (options.strict ?? true) {
    refuseNotFinite(found, path);
    module.loadStateDict(found as ReadonlyMap<string, HostArray>);
    return { missing: [], unexpected: [] };
  }
  const fitting = new Map([...found].filter(fits));
  refuseNotFinite(fitting, path);
  const state = new Map([...own].map(([name, tensor]) => [name, fitting.get(name) ?? tensor]));
  module.loadStateDict(state as ReadonlyMap<string, HostArray>);
  return {
    missing: [...own.keys()].filter((name) => !fitting.has(name)),
    unexpected: [...found.keys()].filter((name) => !fitting.has(name)),
  };
}

/**
 * What the bytes of a file with weights hold.
 * @throws RunError when they are damaged, or no safetensors file
 */
export function readWeights(file: Uint8Array, path: string): ReadSafetensors {
  const text = String.fromCharCode(...file.subarray(0, 2));
  if (text === 'PK' || text === '\x80\x02') {
    const remedy = 'safetensors.torch.save_file(model.state_dict(), "net.safetensors")';
    throw new RunError(`reading ${path}: a file of torch.save, which only Python reads; there: ${remedy}`);
  }
  return decodeChecked(file, path);
}

/** A tensor that a net needs, and that is there, is not missing: it cannot be read. */
function refuseUnread({ leftOut }: ReadSafetensors, own: ReadonlySet<string>, path: string): void {
  const isOwn = (name: string) =>
    ['', ...PREFIXES].some((prefix) => name.startsWith(prefix) && own.has(name.slice(prefix.length)));
  const unread = [...leftOut].filter(([name]) => isOwn(name));
  if (unread.length === 0) return;
  const named = someOf(unread.map(([name, dtype]) => `"${name}" of ${dtype}`));
  throw new RunError(`reading ${path}: tensor ${named}: elements of these types are read: ${READ_TYPES}`);
}

/**
 * The tensors of a net in a file, under the net's names: without a prefix that all of them have and the net has not; of a run's
 * checkpoint the net that is scored, the average of the weights where there is one.
 * @param path the file's, for errors
 * @throws RunError naming those of the net whose elements are of a type that is not read
 */
export function netIn(
  file: ReadSafetensors,
  own: ReadonlySet<string>,
  path: string,
): ReadonlyMap<string, HostTensor> {
  const { tensors, metadata } = file;
  if (STATE in metadata) return below(tensors, scoredNet(tensors));
  refuseUnread(file, own, path);
  const known = [...tensors.keys()].some((name) => own.has(name));
  const prefix = known ? undefined : PREFIXES.find((one) => [...own].some((name) => tensors.has(one + name)));
  return prefix === undefined ? tensors : below(tensors, prefix);
}
