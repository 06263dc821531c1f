/** Faults as modules that Node loads before the command: they make the system or the GPU do what one day they will do. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './command.mjs';

/** What changes a file system, in the functions that the engine does it by. */
const CHANGES = [
  'openSync',
  'writeSync',
  'fsyncSync',
  'renameSync',
  'linkSync',
  'rmSync',
  'mkdirSync',
  'ftruncateSync',
];

/**
 * Before the n-th change of a file, counted from 1, does something.
 *
 * @param {number} n
 * @param {string} happens a statement
 * @param {string[]} [changes]
 */
const atChange = (n, happens, changes = CHANGES) => `
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  let count = 0;
  for (const name of ${JSON.stringify(changes)}) {
    const original = fs[name];
    fs[name] = (...args) => {
      if (name !== 'openSync' || /^[aw]/.test(String(args[1]))) count += 1;
      if (count >= ${n}) { ${happens} }
      return original(...args);
    };
  }
  syncBuiltinESMExports();
`;

const refuse = (/** @type {string} */ code) =>
  `throw Object.assign(new Error('${code}: refused'), { code: '${code}', syscall: name });`;

/** SIGKILL arrives before the n-th change of a file. */
export const killedAtChange = (/** @type {number} */ n) =>
  atChange(n, "process.kill(process.pid, 'SIGKILL');");

/** The n-th write finds room for half of its bytes, and those after it for none. */
export const fullFromWrite = (/** @type {number} */ n) => `
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  const { writeSync } = fs;
  let count = 0;
  fs.writeSync = (file, bytes, offset = 0) => {
    count += 1;
    if (count < ${n}) return writeSync(file, bytes, offset);
    if (count === ${n}) return writeSync(file, bytes, offset, Math.floor((bytes.length - offset) / 2));
    ${refuse('ENOSPC').replace('syscall: name', "syscall: 'write'")}
  };
  syncBuiltinESMExports();
`;

/** From the n-th change of a file on nothing can be changed. */
export const readOnlyFrom = (/** @type {number} */ n) =>
  atChange(
    n,
    refuse('EROFS'),
    CHANGES.filter((name) => name !== 'writeSync'),
  );

/** A machine with so much memory, and no more. */
export const memoryOf = (/** @type {number} */ bytes) => `
  import os from 'node:os';
  import { syncBuiltinESMExports } from 'node:module';
  os.totalmem = () => ${bytes};
  syncBuiltinESMExports();
`;

/** The driver takes the device at each of these submits of the process, counted from 1. */
export const deviceLostAt = (/** @type {number[]} */ submits) => `
  import { Device } from ${JSON.stringify(pathToFileURL(join(ROOT, 'dist/gpu/device.js')).href)};
  const { create } = Device;
  let count = 0;
  Device.create = async (options) => {
    const device = await create.call(Device, options);
    const { queue } = device.gpu;
    const submit = queue.submit.bind(queue);
    queue.submit = (buffers) => {
      count += 1;
      if (${JSON.stringify(submits)}.includes(count)) device.gpu.destroy();
      return submit(buffers);
    };
    return device;
  };
`;
