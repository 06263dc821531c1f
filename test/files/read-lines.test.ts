import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FileError } from '../../src/errors/errors.js';
import { readLines } from '../../src/files/read-lines.js';
import { useFreshDirectory } from '../support/directory.js';

const directory = useFreshDirectory();

const linesOf = (text: string): string[] => {
  const path = directory.file('lines');
  writeFileSync(path, text);
  return [...readLines(path)];
};

it.each([
  ['', []],
  ['\n', ['']],
  ['a\nb\n', ['a', 'b']],
  ['a\n\nhalf', ['a', '']],
])('%j has the lines %j: what follows the last end is none', (text, lines) => {
  expect(linesOf(text)).toEqual(lines);
});

it('lines come whole though they are read in pieces', () => {
  const lines = Array.from({ length: 9000 }, (_, index) => 'ä'.repeat(index % 97) + index);
  expect(linesOf(`${lines.join('\n')}\n`)).toEqual(lines);
});

it('a line that never ends is given up after 64 KiB', () => {
  expect(() => linesOf(`a\n${'x'.repeat(3_000_000)}`)).toThrow(
    new FileError(`${directory.file('lines')}: line 2 is longer than 65536 bytes`),
  );
});

it('a file that cannot be read is named', () => {
  expect(() => [...readLines(directory.file('none'))]).toThrow(/none: cannot be read: no such file/);
});
