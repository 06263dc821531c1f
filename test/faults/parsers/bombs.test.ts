import { writeFileSync } from 'node:fs';
import { deflateSync, gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { readPng } from '../../../src/data/codecs/png.js';
import { readRecords } from '../../../src/data/formats/cifar.js';
import { readIdx } from '../../../src/data/formats/idx.js';
import { parseMat5 } from '../../../src/data/formats/mat5.js';
import { filesInTable } from '../../../src/data/own/image-table.js';
import { DawngradError } from '../../../src/errors/errors.js';
import { idxFile } from '../../data/writers/idx.js';
import { matFile } from '../../data/writers/mat5.js';
import { chunk, pngFile } from '../../data/writers/png.js';
import { useDirectory } from '../../support/directory.js';

const directory = useDirectory();
const MEGABYTE = 2 ** 20;
const NOTHING = new Uint8Array();

const zeros = Buffer.alloc(16 * MEGABYTE);
const packedZeros = gzipSync(zeros);
/** Gzip data of two gigabytes: one member may follow another. */
const gzipOfGigabytes = (start: Uint8Array): Buffer =>
  Buffer.concat([gzipSync(start), ...Array<Buffer>(128).fill(packedZeros)]);

const words = (...values: number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);

/** A MAT-file of a packed variable of 64 MB, whose tag announces another number of bytes. */
function matOf(announced: number): Buffer {
  const header = Buffer.alloc(128);
  header.writeUInt16LE(0x0100, 124);
  header.write('IM', 126);
  const packed = deflateSync(Buffer.concat([words(14, announced), Buffer.alloc(64 * MEGABYTE - 8)]));
  return Buffer.concat([header, words(15, packed.length), packed]);
}

/** Reads `content` from a file of that name. */
const reading = (name: string, content: Uint8Array, read: (path: string) => unknown) => (): unknown => {
  const path = directory.file(name);
  writeFileSync(path, content);
  return read(path);
};

const layout = { count: 10_000, labelBytes: 1, classes: [...'0123456789'] };
const idx = (path: string) => readIdx(path, 3);

const BOMBS: readonly [what: string, bomb: () => () => unknown, message: RegExp][] = [
  [
    'images whose header announces two',
    () => reading('two.gz', gzipOfGigabytes(idxFile([2, 28, 28], NOTHING)), idx),
    /two\.gz: expected data that unpack to at most 1584 bytes, found more; /,
  ],
  [
    'images whose header announces billions',
    () => reading('many.gz', gzipOfGigabytes(idxFile([2 ** 32 - 1, 28, 28], NOTHING)), idx),
    /at most 268435456 bytes, found more; /,
  ],
  [
    'a header that announces billions, and nothing else',
    () => reading('plain', idxFile([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], NOTHING), idx),
    /its header announces 4294967295 x 4294967295 x 4294967295 bytes/,
  ],
  [
    'a batch of gigabytes',
    () => reading('batch.gz', gzipOfGigabytes(zeros), (path) => readRecords([path], layout)),
    /at most 30730000 bytes, found more; /,
  ],
  [
    'a variable that is larger than its tag says',
    () => reading('tag.mat', NOTHING, (path) => parseMat5(path, matOf(1000))),
    /at most 1008 bytes, found more; /,
  ],
  [
    'a variable whose tag announces gigabytes',
    () => reading('tag.mat', NOTHING, (path) => parseMat5(path, matOf(2 ** 32 - 1))),
    /at most 268435456 bytes, found more; /,
  ],
  [
    'pixels of gigabytes',
    () => reading('size.png', pngFile({ width: 2 ** 16, height: 2 ** 16, rows: [0] }), readPng),
    /its 65536 x 65536 pixels are more than can be read; make it smaller first/,
  ],
  [
    'pixels beyond those announced',
    () => {
      const png = pngFile({ width: 1, height: 1, rows: [0, 1] });
      const pixels = chunk('IDAT', deflateSync(Buffer.alloc(256 * MEGABYTE)));
      return reading('more.png', Buffer.concat([png.subarray(0, 33), pixels, png.subarray(-12)]), readPng);
    },
    /its 1 x 1 pixels take 2 bytes, found more/,
  ],
  [
    'a table of images with a quote that is never closed',
    () => {
      const table = Buffer.alloc(64 * MEGABYTE, 'file,label\n"a');
      return reading('quote.csv', table.fill('a', 12), filesInTable);
    },
    /not a table of comma-separated values/,
  ],
];

it.each(BOMBS)('%s: found out soon, in bounded memory', (_what, bomb, message) => {
  const read = bomb();
  const [begin, memory] = [process.cpuUsage(), process.resourceUsage().maxRSS];
  expect(read).toThrow(message);
  expect(read).toThrow(DawngradError);
  // Of the processor's time rather than the clock's: others may work on this machine.
  const { user, system } = process.cpuUsage(begin);
  expect((user + system) / 2).toBeLessThan(1_000_000);
  expect(1024 * (process.resourceUsage().maxRSS - memory)).toBeLessThan(256 * MEGABYTE);
});

it('many variables, each of bearable size: found out within the memory of a few', () => {
  const bytes = Buffer.alloc(64 * MEGABYTE);
  const file = matFile([{ name: 'v', sizes: [bytes.length, 1], type: 2, bytes }], { compressed: true });
  const body = file.subarray(128);
  const many = Buffer.concat([file, ...Array<Buffer>(30).fill(body)]);
  expect(parseMat5('one.mat', file).get('v')!.elements.length).toBe(bytes.length);
  const memory = process.resourceUsage().maxRSS;
  expect(() => parseMat5('many.mat', many)).toThrow(
    /expected data that unpack to at most|take up more memory/,
  );
  expect(1024 * (process.resourceUsage().maxRSS - memory)).toBeLessThan(256 * MEGABYTE);
});
