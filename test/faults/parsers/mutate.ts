/** Damage to files, drawn from a seed: what disks, downloads and people do to them, and what somebody could do on purpose. */
import type { Random } from '../../../src/data/random.js';

type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array;

/** Numbers that break arithmetic on sizes, as bytes of any width and order hold them. */
const EXTREMES = [0, 1, 0x7f, 0x80, 0xff, 0x7fffffff, 0x80000000, 0xffffffff];

const offsetIn = (bytes: Uint8Array, random: Random): number => random.below(bytes.length + 1);

const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

const MUTATIONS: readonly Mutation[] = [
  function flipBits(bytes, random) {
    const copy = Uint8Array.from(bytes);
    for (let flips = 1 + random.below(4); flips > 0 && copy.length > 0; flips--) {
      copy[random.below(copy.length)]! ^= 1 << random.below(8);
    }
    return copy;
  },
  // Headers come first: most flips of a long file would miss them.
  function flipABitOfTheStart(bytes, random) {
    const copy = Uint8Array.from(bytes);
    if (copy.length > 0) copy[random.below(Math.min(copy.length, 64))]! ^= 1 << random.below(8);
    return copy;
  },
  function cutShort(bytes, random) {
    return bytes.slice(0, random.below(bytes.length + 1));
  },
  function setANumber(bytes, random) {
    const copy = Buffer.from(bytes);
    const width = [1, 2, 4][random.below(3)]!;
    if (copy.length < width) return copy;
    const value = EXTREMES[random.below(EXTREMES.length)]! % 2 ** (8 * width);
    const at = random.below(Math.min(copy.length - width, 256) + 1);
    if (random.below(2) === 0) copy.writeUIntLE(value, at, width);
    else copy.writeUIntBE(value, at, width);
    return Uint8Array.from(copy);
  },
  function insertBytes(bytes, random) {
    const at = offsetIn(bytes, random);
    const inserted = Uint8Array.from({ length: 1 + random.below(16) }, () => random.below(256));
    return joined(bytes.subarray(0, at), inserted, bytes.subarray(at));
  },
  function leaveOutBytes(bytes, random) {
    const at = offsetIn(bytes, random);
    return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(16)));
  },
  function repeatAPart(bytes, random) {
    const [from, to] = [offsetIn(bytes, random), offsetIn(bytes, random)].sort((a, b) => a - b) as [
      number,
      number,
    ];
    return joined(bytes.subarray(0, to), bytes.subarray(from));
  },
  function fillWithZeros(bytes, random) {
    const copy = Uint8Array.from(bytes);
    return copy.fill(0, offsetIn(bytes, random), offsetIn(bytes, random));
  },
];

/** A file after one to three mishaps. */
export function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  let result = bytes;
  for (let count = 1 + random.below(3); count > 0; count--) {
    result = MUTATIONS[random.below(MUTATIONS.length)]!(result, random);
  }
  return result;
}

/** What may stand in the place of any value of JSON. */
const STRANGE: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  0.5,
  1e308,
  2 ** 53,
  '',
  'two\nlines \u001b[31mand a colour',
  'x'.repeat(10_000),
  [],
  {},
  [[[[]]]],
  { __proto__: null, constructor: 1 },
  Array(1000).fill(null),
  Object.fromEntries(Array.from({ length: 1000 }, (_, key) => [`key\n${key}`, key])),
];
const NAMES = ['constructor', 'toString', 'a\nb', '', 'extends', 'epochs', 'name'];

/** A text of JSON in which a value is another, is left out, or has another beside it. */
export function mutatedJson(text: string, random: Random): string {
  const strange = (): unknown => STRANGE[random.below(STRANGE.length)];
  const change = (value: unknown, depth: number): unknown => {
    if (typeof value !== 'object' || value === null || (depth > 0 && random.below(4) === 0)) return strange();
    const entries = Object.entries(value);
    const at = random.below(entries.length + 1);
    const kind = random.below(5);
    const changed =
      entries[at] === undefined || kind === 0
        ? [...entries, [NAMES[random.below(NAMES.length)]!, strange()] as const]
        : kind === 1
          ? entries.toSpliced(at, 1)
          : entries.with(at, [entries[at][0], change(entries[at][1], depth + 1)]);
    return Array.isArray(value) ? changed.map(([, item]) => item) : Object.fromEntries(changed);
  };
  return JSON.stringify(change(JSON.parse(text), 0));
}
