import { expect, it } from 'vitest';
import { csv } from '../../src/files/csv.js';

it('a cell is quoted where it holds a comma, a quote or a part of a line end, and empty where there is nothing', () => {
  const rows = [
    ['a,b', 'say "c"'],
    ['d\ne', 'f\rg'],
    [undefined, 1 / 3],
    [1e-7, ' h '],
  ];
  expect(csv(['one', 'other'], rows)).toBe(
    `one,other\r\n"a,b","say ""c"""\r\n"d\ne","f\rg"\r\n,${1 / 3}\r\n1e-7, h \r\n`,
  );
});
