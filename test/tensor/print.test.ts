import { inspect } from 'node:util';
import { expect, it, vi } from 'vitest';
import { from, fromArray, zeros } from '../../src/tensor/create.js';
import { bracketed, shownOf } from '../../src/tensor/print.js';
import { fixtureCases } from '../fixtures/index.js';
import { sizeOf } from '../reference/array.js';
import { useDevice } from '../support/device.js';

const gpu = useDevice();

/** As Python writes them. */
const ODD = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
]);

it.each(fixtureCases('printed'))('values are printed as PyTorch does: $name', ({ options }) => {
  const { text, shape, dtype } = options;
  const data =
    options.values?.split(' ').map((word) => ODD.get(word) ?? Number(word)) ??
    Array.from({ length: sizeOf(shape) }, (_, i) => (i - 7) / 8);
  const values = dtype === 'u32' ? Uint32Array.from(data) : Float32Array.from(data);
  expect(`tensor(${bracketed(shownOf(values, shape), shape, 7)})`).toBe(text);
});

it('a tensor shows what it is, and its values once they were read', async () => {
  const { name } = gpu.device.adapter;
  const x = from(gpu.device, [
    [1, 2.5],
    [-3, 4],
  ]);
  const facts = `shape [2, 2], f32, on ${name}`;
  expect(inspect(x)).toBe(`tensor(${facts}; await its print() to see its values)`);
  await x.toArray();
  const values = '[[ 1.0000,  2.5000],\n        [-3.0000,  4.0000]]';
  expect(inspect(x)).toBe(`tensor(${values}, ${facts}, as last read)`);
  x.requiresGrad = true;
  x.write(Float32Array.of(1, 2, 3, 4));
  expect(inspect(x)).toBe(`tensor(${facts}, requiresGrad; await its print() to see its values)`);
  x.dispose();
  expect(inspect(x)).toBe(`tensor(${facts}, requiresGrad, disposed of)`);
  expect(inspect(zeros(gpu.device, [0, 2], 'u32'))).toBe(`tensor([], shape [0, 2], u32, on ${name})`);
});

it('what a user does with the values that were read changes nothing', async () => {
  const x = from(gpu.device, [1, 2], 'u32');
  (await x.toArray()).fill(9);
  expect(inspect(x)).toContain('tensor([1, 2], shape [2], u32');
});

it('print reads the values, and writes them to the console', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    await fromArray(gpu.device, new Float32Array(2000).fill(0.5), [2000]).print();
    expect(log.mock.calls[0]![0]).toContain(
      'tensor([0.5000, 0.5000, 0.5000,  ..., 0.5000, 0.5000, 0.5000], shape [2000]',
    );
  } finally {
    log.mockRestore();
  }
});
