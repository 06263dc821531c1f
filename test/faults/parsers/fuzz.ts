/** Damaged files for every parser: each must give a value of its type, or an error of one line, soon and in bounded memory. */
import { isDeepStrictEqual } from 'node:util';
import { Random } from '../../../src/data/random.js';
import { DawngradError } from '../../../src/errors/errors.js';
import { mutated, mutatedJson } from './mutate.js';

/** One way to read a kind of file. */
export interface Subject {
  readonly name: string;
  /** Sound files. */
  readonly files: readonly Uint8Array[];
  /** What is done with a file after it was damaged, as packing it: else a checksum would find every damage. */
  readonly pack?: (bytes: Uint8Array) => Uint8Array;
  /** Checksums guard every byte: what is read of a damaged file, if anything, is what was read of the sound one. */
  readonly guarded?: boolean;
  /** A text of JSON, whose values are to be damaged too. */
  readonly json?: boolean;
  readonly read: (bytes: Uint8Array) => unknown;
  /** Whether a value is of the type that `read` declares. */
  readonly isSound: (value: never) => boolean;
}

export interface Violation {
  readonly subject: string;
  readonly seed: number;
  readonly why: string;
}

/** Of the processor's time: others may work on this machine. */
const LONGEST_MICROSECONDS = 1_000_000;
const MOST_MEMORY = 256 * 2 ** 20;
const LONGEST_MESSAGE = 4100;

/** Read `count` damaged files. */
export async function fuzz(subject: Subject, count: number, firstSeed = 0): Promise<Violation[]> {
  const { files, pack = (bytes) => bytes, json, read, guarded, isSound } = subject;
  const violations: Violation[] = [];
  const sound = await Promise.all(files.map((file) => read(pack(file))));
  for (const value of sound) {
    if (!isSound(value as never))
      throw new Error(`${subject.name}: a sound file gives ${JSON.stringify(value)}`);
  }
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const random = new Random(seed);
    const which = random.below(files.length);
    const file = files[which]!;
    const damaged =
      json && random.below(2) === 0
        ? Buffer.from(mutatedJson(Buffer.from(file).toString(), random))
        : mutated(file, random);
    const packed = pack(damaged);
    const violate = (why: string): void => void violations.push({ subject: subject.name, seed, why });
    const [begin, memory] = [process.cpuUsage(), process.memoryUsage.rss()];
    try {
      const value = await read(packed);
      if (!isSound(value as never)) violate(`gave ${JSON.stringify(value)?.slice(0, 200)}`);
      if (guarded && !isDeepStrictEqual(value, sound[which]))
        violate('gave another value than the sound file');
    } catch (error) {
      const { name, message, stack } = error as Error;
      if (!(error instanceof DawngradError)) violate(`threw ${name}: ${stack}`);
      else if (/[\r\n\p{Cc}]/u.test(message)) violate(`several lines: ${JSON.stringify(message)}`);
      else if (message.length > LONGEST_MESSAGE)
        violate(`${message.length} characters: ${message.slice(0, 200)}`);
    }
    const { user, system } = process.cpuUsage(begin);
    if (user + system > LONGEST_MICROSECONDS) violate(`took ${(user + system) / 1000} ms`);
    const grown = process.memoryUsage.rss() - memory;
    if (grown > MOST_MEMORY) violate(`took ${grown} bytes of memory`);
  }
  return violations;
}
