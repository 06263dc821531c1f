import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeSafetensors, type HostTensor } from '../../../src/train/checkpoints/safetensors.js';
import { decodeVerified, encodeVerified } from '../../../src/train/checkpoints/verified.js';
import { RunError } from '../../../src/train/run/run-error.js';

const tensors = new Map<string, HostTensor>([
  ['weight', { shape: [2, 3], values: Float32Array.of(1, -2.5, 3e-38, 0, 7, -0) }],
  ['keys', { shape: [2], values: Uint32Array.of(7, 2 ** 32 - 1) }],
]);
const metadata = { state: '{"epoch":3}' };

describe('a verified file', () => {
  it('gives back what was written, and says that it was checked', () => {
    const read = decodeVerified(encodeVerified({ tensors, metadata }), 'memory');
    expect(read.tensors).toEqual(tensors);
    expect(read.metadata).toMatchObject(metadata);
    expect(read.checked).toBe(true);
  });

  it('has a checksum that others can check: of the file with zeros in its place', () => {
    const file = Buffer.from(encodeVerified({ tensors, metadata }));
    const { sha256 } = decodeVerified(file, 'memory').metadata;
    file.write('0'.repeat(64), file.indexOf(sha256!));
    expect(createHash('sha256').update(file).digest('hex')).toBe(sha256);
  });

  it('notices any bit that flips in any of its bytes', () => {
    const sound = encodeVerified({ tensors, metadata });
    const unnoticed: number[] = [];
    for (let at = 0; at < 8 * sound.length; at++) {
      const file = sound.slice();
      file[at >> 3]! ^= 1 << (at & 7);
      try {
        // Where the very name of the checksum is hit, there is none.
        if (decodeVerified(file, 'memory').checked) unnoticed.push(at);
      } catch (error) {
        expect(error).toBeInstanceOf(RunError);
      }
    }
    expect(unnoticed).toEqual([]);
  });

  it('is refused with numbers that are not finite, whatever its checksum', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const bad = new Map([...tensors, ['bn.running_var', { shape: [1], values: Float32Array.of(value) }]]);
      expect(() => decodeVerified(encodeVerified({ tensors: bad, metadata }), 'x.safetensors')).toThrow(
        new RunError('reading x.safetensors: the tensor "bn.running_var" holds numbers that are not finite'),
      );
    }
  });

  it('may come from another program, which gave it no checksum', () => {
    expect(decodeVerified(encodeSafetensors({ tensors, metadata }), 'memory').checked).toBe(false);
  });
});
