/** Checkpoints that a disk, or a copy of one, did not keep. */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dawngrad, isRefusal } from '../command.mjs';
import { commandFor, compare, systemNames, Wrong } from '../systems.mjs';
import { stoppedRun } from './stopped-run.mjs';

/** @typedef {(bytes: Buffer, random: () => number) => Buffer} Damage */

/** Length of the header, in bytes 0 to 7 of a safetensors file. */
const headerOf = (/** @type {Buffer} */ bytes) => Number(bytes.readBigUInt64LE(0));

/** One bit is another, between two places of the file. */
const flipped =
  (/** @type {(bytes: Buffer) => [number, number]} */ region) =>
  /** @type {Damage} */
  (bytes, random) => {
    const [from, to] = region(bytes);
    const copy = Buffer.from(bytes);
    copy[from + Math.floor((to - from) * random())] ^= 1 << Math.floor(8 * random());
    return copy;
  };

/** What may happen to a file, by the region that it happens to. @type {Record<string, Damage>} */
const DAMAGES = {
  'a bit of the length': flipped(() => [0, 8]),
  'a bit of the header': flipped((bytes) => [8, 8 + headerOf(bytes)]),
  'a bit of the first tensors': flipped((bytes) => [8 + headerOf(bytes), 8 + headerOf(bytes) + 400]),
  'a bit of any tensor': flipped((bytes) => [8 + headerOf(bytes), bytes.length]),
  'a bit of the last tensor': flipped((bytes) => [bytes.length - 8, bytes.length]),
  'the end is missing': (bytes, random) => bytes.subarray(0, Math.floor(bytes.length * random())),
  'zeros from somewhere on': (bytes, random) =>
    Buffer.from(bytes).fill(0, Math.floor(bytes.length * random())),
  'more behind it': (bytes) => Buffer.concat([bytes, Buffer.alloc(512, 7)]),
  'nothing in it': () => Buffer.alloc(0),
};

/** @returns {import('../trials.mjs').Trial[]} */
export const damagedCheckpoint = () =>
  Object.entries(DAMAGES).flatMap(([name, damage]) =>
    systemNames.map((system) => ({
      name: `${system}, ${name}`,
      run: async ({ directory, random }) => {
        const path = join(directory, 'run');
        cpSync(await stoppedRun(system), path, { recursive: true });
        const last = ['retrained/last.safetensors', 'last.safetensors']
          .map((file) => join(path, file))
          .find((file) => existsSync(file));
        if (!last) throw new Wrong('the stopped run has no checkpoint');
        writeFileSync(last, damage(readFileSync(last), random));
        const ending = await dawngrad(commandFor(system, path));
        if (ending.status !== 0) {
          if (!isRefusal(ending)) throw new Wrong(`no refusal in a line: ${ending.stderr}`);
          return;
        }
        // It went on, from an earlier checkpoint.
        await compare(system, path);
      },
    })),
  );
