import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { readUnpacked } from '../../../src/data/formats/files.js';
import { useDirectory } from '../../support/directory.js';

const directory = useDirectory();

it('reads a file that a browser unpacked and left its name, if it is what it should be', () => {
  const bytes = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 0);
  const read = (content: Uint8Array, size: number) => {
    writeFileSync(directory.file('file.gz'), content);
    return [...readUnpacked(directory.file('file.gz'), () => size)];
  };
  expect(read(gzipSync(bytes), 8)).toEqual([...bytes]);
  expect(read(bytes, 8)).toEqual([...bytes]);
  expect(() => read(bytes, 9)).toThrow(/damaged compressed data/);
});
