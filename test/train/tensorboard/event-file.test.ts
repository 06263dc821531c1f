import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FileError } from '../../../src/errors/errors.js';
import { crc32c } from '../../../src/train/tensorboard/crc32c.js';
import { EventFile } from '../../../src/train/tensorboard/event-file.js';
import { useFreshDirectory } from '../../support/directory.js';
import { checksum, eventFilesIn, readEvents } from './read-events.js';

const directory = useFreshDirectory();
const onlyFile = () => {
  const files = eventFilesIn(directory.path);
  expect(files).toHaveLength(1);
  return files[0]!;
};

describe('the checksum', () => {
  // RFC 3720, appendix B.4, and the check value that catalogues of such checksums give.
  it.each([
    ['nine digits', Buffer.from('123456789'), 0xe3069283],
    ['zeros', new Uint8Array(32), 0x8a9136aa],
    ['ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['nothing', new Uint8Array(0), 0],
  ])('of %s is the published one', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
    expect(checksum(bytes)).toBe(expected);
  });
});

describe('an event file', () => {
  it('begins with its version', () => {
    new EventFile(directory.path, () => 1_700_000_000_500);
    expect(readEvents(onlyFile())).toEqual([
      { wallTime: 1_700_000_000.5, step: 0, version: 'brain.Event:2' },
    ]);
    expect(onlyFile()).toMatch(/events\.out\.tfevents\.1700000000\./);
  });

  it('holds scalars by step and tag, and leaves out what is undefined', () => {
    const file = new EventFile(directory.path, () => 0);
    // A number of steps that takes more than 32 bits.
    file.scalars(5_000_000_000, { 'loss/train': 0.25, 'loss/test': undefined, 'error/train': 0 });
    expect(readEvents(onlyFile())[1]).toEqual({
      ...{ wallTime: 0, step: 5_000_000_000 },
      scalars: { 'loss/train': 0.25, 'error/train': 0 },
    });
  });

  it('says from which step on the ones before are void', () => {
    new EventFile(directory.path).goOnFrom(12);
    expect(readEvents(onlyFile())[1]).toMatchObject({ step: 12, status: 1 });
  });

  it('is read after those that were begun before it in the same second', () => {
    for (let file = 1; file <= 12; file++) new EventFile(directory.path, () => file);
    const times = eventFilesIn(directory.path).map((file) => readEvents(file)[0]!.wallTime);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('is found to be damaged by the reader of this test, when it is', () => {
    new EventFile(directory.path).scalars(1, { loss: 1 });
    const bytes = readFileSync(onlyFile());
    bytes[bytes.length - 6]! ^= 1;
    writeFileSync(onlyFile(), bytes);
    expect(() => readEvents(onlyFile())).toThrow('checksum');
  });

  it('that cannot be written is an error in one line', () => {
    expect(() => new EventFile(directory.file('gone'))).toThrow(FileError);
  });
});
