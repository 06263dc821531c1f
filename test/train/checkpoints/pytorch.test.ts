import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { Conv2d } from '../../../src/nn/layers/conv2d.js';
import { BatchNorm2d } from '../../../src/nn/layers/normalisation/batch-norm2d.js';
import { Sequential } from '../../../src/nn/layers/sequential.js';
import { decodeSafetensors, encodeSafetensors } from '../../../src/train/checkpoints/safetensors.js';
import { useDevice } from '../../support/device.js';

interface Fixture {
  readonly patterns: Readonly<Record<string, string>>;
  readonly cases: readonly {
    readonly dtype: string;
    readonly file: string;
    readonly values: Readonly<Record<string, { readonly data: readonly number[] }>>;
  }[];
}
const { patterns, cases }: Fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/checkpoints.json', import.meta.url), 'utf8'),
);

describe('a checkpoint of PyTorch', () => {
  const gpu = useDevice();

  it.each(cases)('of $dtype gives a net the values that PyTorch has', async ({ dtype, file, values }) => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { tensors, converted, leftOut } = decodeSafetensors(Buffer.from(file, 'base64'), 'net.safetensors');
    expect(leftOut).toEqual(new Map([['1.num_batches_tracked', 'I64']]));
    const said = warned.mock.calls.map(([text]) => text);
    warned.mockRestore();
    const made = `reading net.safetensors: made float32: 0.weight (${dtype}), 0.bias (${dtype}), `;
    if (dtype === 'F32') expect(converted).toEqual(new Map());
    else expect(said.shift()).toMatch(made);
    expect(said).toEqual([
      'reading net.safetensors: left out, since no net here has a use for it: 1.num_batches_tracked (I64)',
    ]);
    const net = new Sequential(
      new Conv2d(gpu.device, 3, 4, { kernelSize: 1 }),
      new BatchNorm2d(gpu.device, 4),
    );
    net.loadStateDict(tensors as ReadonlyMap<string, { shape: readonly number[]; values: Float32Array }>);
    const state = net.stateDict();
    expect([...state.keys()].sort()).toEqual(Object.keys(values).sort());
    for (const [name, tensor] of state) {
      expect([...(await tensor.toArray())], name).toEqual([...Float32Array.from(values[name]!.data)]);
    }
  });
});

describe('numbers of 16 bits', () => {
  it.each(Object.entries(patterns))(
    'of type %s become the float32 that PyTorch makes of them, all of them',
    (dtype, sha) => {
      // As torch.arange(-2**15, 2**15) has them.
      const bits = Uint16Array.from({ length: 65_536 }, (_, index) => index - 32_768);
      const header = Buffer.from(
        JSON.stringify({ a: { dtype, shape: [65_536], data_offsets: [0, 131_072] } }),
      );
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(header.length));
      const file = Buffer.concat([length, header, Buffer.from(bits.buffer)]);
      const { values } = decodeSafetensors(file, 'memory').tensors.get('a')!;
      const floats = Float32Array.from(values, (value) => (Number.isNaN(value) ? 0 : value));
      expect(createHash('sha256').update(new Uint8Array(floats.buffer)).digest('hex')).toBe(sha);
    },
  );
});

it('a header that announces a million tensors is refused before it is parsed', () => {
  const sound = encodeSafetensors({ tensors: new Map(), metadata: {} });
  const file = new Uint8Array(70_000_000);
  file.set(sound);
  new DataView(file.buffer).setBigUint64(0, 69_000_000n, true);
  const parse = vi.spyOn(JSON, 'parse');
  expect(() => decodeSafetensors(file, 'million.safetensors')).toThrow(
    'reading million.safetensors: its header has 69000000 bytes, more than are read here (4194304)',
  );
  expect(parse).not.toHaveBeenCalled();
  parse.mockRestore();
});
