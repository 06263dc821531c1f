import { describe, expect, it } from 'vitest';
import { decodeIndex, emptyIndex, encodeIndex } from '../../../src/data/own/image-index.js';

const index = {
  checksums: Uint32Array.of(1, 2 ** 32 - 1, 0),
  done: Uint8Array.of(1, 1, 0),
  failures: [[1, 'why not']] as [number, string][],
};
const bytes = Uint8Array.from(encodeIndex(index));

describe('the index of decoded images', () => {
  it('is read as it was written', () => {
    expect(decodeIndex(bytes, 3)).toEqual(index);
    expect(decodeIndex(Uint8Array.from(encodeIndex(emptyIndex(0))), 0)).toEqual(emptyIndex(0));
  });

  it('is none where it was cut short, is that of another number of images, or has any byte changed', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(decodeIndex(bytes.slice(0, length), 3)).toBeUndefined();
    }
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at]! ^= 1;
      expect(decodeIndex(changed, 3)).toBeUndefined();
    }
    for (const count of [0, 1, 2, 4, 1000]) expect(decodeIndex(bytes, count)).toBeUndefined();
  });
});
