/** Imports the file of a user's net. Whatever is wrong with it is told in one line that names it. */
import { register } from 'node:module';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sha256OfFile } from '../../files/sha256.js';
import { HERE } from '../../files/shipped.js';
import type { Device } from '../../gpu/device.js';
import type { Module } from '../../nn/module.js';
import { RunError } from '../run/run-error.js';
import { isTypeScript, netChange } from './net-file.js';
import { refuseUntrusted } from './trusted-nets.js';

/** What a net is made for. */
export interface NetTask {
  /** The size of each image. */
  readonly input: { readonly channels: number; readonly height: number; readonly width: number };
  /** How many classes there are. */
  readonly classes: number;
}

/** The default export of a user's file: from images `[N, channels, height, width]` to logits `[N, classes]`. */
export type NetBuilder = (device: Device, task: NetTask) => Module | Promise<Module>;

/** Files as they were when they were imported: a run goes on with that though its user has written on. */
const imported = new Map<string, NetBuilder>();

/**
 * The function that a user's file exports.
 * @param sha256 what the file was; left out, it may be anything
 * @param changed is told, or throws, when it is something else by now
 * @throws RunError when the user never named it, it cannot be imported, or exports something else; FileError when it cannot be read
 */
export async function importNet(
  path: string,
  sha256: string | undefined,
  changed: (problem: string) => void,
): Promise<NetBuilder> {
  const known = imported.get(`${path} ${sha256}`);
  if (known) return known;
  const problem = netChange({ model: path, modelSha256: sha256 });
  if (problem) changed(problem);
  if (isTypeScript(path) && !runsTypeScript) {
    throw new RunError(
      `${path}: Node ${process.version} does not run TypeScript; use Node 22.18 or later, or compile the file to .mjs first`,
    );
  }
  refuseUntrusted(path);
  const now = sha256OfFile(path);
  const builder = builderOf(path, await importFresh(path, now));
  imported.set(`${path} ${now}`, builder);
  return builder;
}

/** Node's own types of version 20 do not know of it yet. */
const runsTypeScript = Boolean((process.features as { readonly typescript?: unknown }).typescript);

/**
 * What Node asks, in a thread of its own, where an import leads. A user's file says `import 'dawngrad'`, which from where it lies
 * may lead nowhere, or to another copy of this package, whose classes are others. Now it leads to the copy that runs.
 */
const HOOKS = `
  let engine;
  export const initialize = (url) => { engine = url; };
  export const resolve = (specifier, context, next) =>
    specifier === 'dawngrad' ? { url: engine, shortCircuit: true } : next(specifier, context);`;

let hooked = false;

async function importFresh(path: string, hash: string): Promise<object> {
  if (!hooked) {
    register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, {
      data: new URL('../index.js', HERE).href,
    });
    hooked = true;
  }
  try {
    // Node keeps what it once imported; what has changed since is another file to it.
    return await settled(import(`${pathToFileURL(path)}?${hash.slice(0, 12)}`));
  } catch (error) {
    throw failure(path, 'it cannot be imported', error);
  }
}

const WANTED = 'it must export a function (device, { input, classes }) that returns a Module';

function builderOf(path: string, module: object): NetBuilder {
  if (!('default' in module)) throw new RunError(`${path}: it has no default export; ${WANTED}`);
  const { default: builder } = module;
  if (typeof builder !== 'function') {
    throw new RunError(`${path}: its default export is ${kindOf(builder)}; ${WANTED}`);
  }
  if (/^class\b/.test(Function.prototype.toString.call(builder))) {
    throw new RunError(
      `${path}: its default export is a class; ${WANTED}: (device, task) => new Net(device, task)`,
    );
  }
  return builder as NetBuilder;
}

/**
 * What a promise of a user's file comes to.
 * @throws Error where nothing is left to settle it by: Node would end then, without a word
 */
export async function settled<T>(promise: T | Promise<T>): Promise<T> {
  let strand = () => {};
  const stranded = new Promise<never>((_, reject) => {
    strand = () => reject(new Error('its promise is never settled'));
  });
  process.once('beforeExit', strand);
  try {
    return await Promise.race([promise, stranded]);
  } finally {
    process.off('beforeExit', strand);
  }
}

/** What a value is, for messages. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object') return `a ${typeof value}`;
  const { name } = Object(value).constructor ?? {};
  return name && name !== 'Object' ? `a ${name}` : 'an object';
}

/** What went wrong in a user's file, and on which of its lines. */
export function failure(path: string, what: string, error: unknown): RunError {
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  const name = basename(path).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const line = new RegExp(`${name}(?:\\?[0-9a-f]+)?:(\\d+)`).exec(stack)?.[1];
  return new RunError(`${path}${line ? `, line ${line}` : ''}: ${what}: ${message}`, { cause: error });
}
