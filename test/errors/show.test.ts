import { expect, it } from 'vitest';
import { printable } from '../../src/errors/show.js';

it.each([
  ['cat', 'cat'],
  ['a\nb\tc\r', 'a\\nb\\tc\\r'],
  ['\u001b[31mred\u009b', '\\u001b[31mred\\u009b'],
  ['line\u2028, paragraph\u2029, backwards\u202e', 'line\\u2028, paragraph\\u2029, backwards\\u202e'],
  ['\ud83d\udc68\u200d\ud83d\udc69 caf\u00e9', '\ud83d\udc68\u200d\ud83d\udc69 caf\u00e9'],
])('%j is printed as %s', (text, printed) => {
  expect(printable(text)).toBe(printed);
});
