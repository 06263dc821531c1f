/** What a piece of work costs at the least: the sum of what the kernels that it launches say of themselves. */
import { readdirSync } from 'node:fs';
import * as limits from './limits/kernels.mjs';

const directory = new URL('../dist/kernels/', import.meta.url);
const files = readdirSync(directory).filter((file) => file.endsWith('.js'));
const modules = await Promise.all(files.map((file) => import(new URL(file, directory))));

const isKernel = (value) => typeof value?.cost === 'function';

/** Every kernel by name, also those that a module exports in a table. */
const kernels = new Map(
  [...modules, limits]
    .flatMap((module) => Object.values(module))
    .flatMap((value) => (isKernel(value) ? [value] : Object.values(value ?? {}).filter(isKernel)))
    .map((kernel) => [kernel.name, kernel]),
);

/**
 * Run `work`, and return what it launched on the way.
 * @returns {import('../dist/gpu/launch.js').Launch[]}
 */
export function launchesOf(device, work) {
  const launches = [];
  // Hides the method of the class for as long as `work` runs.
  device.launch = (launch) => {
    launches.push(launch);
    Object.getPrototypeOf(device).launch.call(device, launch);
  };
  try {
    work();
  } finally {
    delete device.launch;
  }
  return launches;
}

const READERS = { u32: 'getUint32', i32: 'getInt32', f32: 'getFloat32' };

/** The parameters of a launch, read back from its uniform block. */
function paramsOf(kernel, block) {
  const view = new DataView(block);
  return Object.fromEntries(
    Object.entries(kernel.params).map(([name, type], index) => [name, view[READERS[type]](4 * index, true)]),
  );
}

/**
 * @param {import('../dist/gpu/launch.js').Launch[]} launches
 * @returns {import('../dist/kernels/kernel.js').Cost}
 */
export function costOf(launches) {
  const costs = launches.map(({ label, params }) => {
    const kernel = kernels.get(label);
    if (!kernel) throw new Error(`a launch of "${label}": no module under src/kernels exports such a kernel`);
    return kernel.cost(paramsOf(kernel, params));
  });
  return {
    flops: costs.reduce((sum, { flops }) => sum + flops, 0),
    bytes: costs.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
