import { describe, expect, it } from 'vitest';
import { byKind, kindsOf } from '../../../bench/gpu/launches.mjs';
import { countsOf } from '../../../bench/gpu/ops.mjs';
import { mainBatch, optionsFrom, PARTS, sizesFor } from '../../../bench/gpu/options.mjs';
import { comparisonLines, comparisonOf, lossLines } from '../../../bench/gpu/report.mjs';
import { EXACT, PRECISIONS } from '../../../bench/precisions.mjs';
import { leastTime } from '../../../src/inspect/limits.js';

describe('the options of bench:gpu', () => {
  it('are all parts and precisions, within four minutes, unless told', () => {
    const options = optionsFrom([]);
    expect(options).toMatchObject({ parts: PARTS, precisions: PRECISIONS, quick: false, seconds: 230 });
    expect(sizesFor(options, false)).toMatchObject({ batches: [32, 128, 512], width: 1, steps: 50 });
    expect(mainBatch({ batches: [32, 128, 512] })).toBe(128);
    expect(mainBatch({ batches: [512, 8] })).toBe(8);
    const quick = optionsFrom(['--quick']);
    expect(quick).toMatchObject({ parts: PARTS.filter((part: string) => part !== 'ops'), seconds: 85 });
    expect(sizesFor(quick, false)).toMatchObject({ batches: [128], width: 1, steps: 50 });
    expect(sizesFor(quick, true)).toMatchObject({ batches: [8], width: 0.25 });
  });

  it('are what was asked for, in the order in which it runs', () => {
    const options = optionsFrom([
      '--quick',
      '--only',
      'ops,step',
      '--batch=2,64',
      '--width=0.5',
      '--seconds=9',
    ]);
    expect(options).toMatchObject({ parts: ['step', 'ops'], seconds: 9 });
    expect(sizesFor(options, true)).toMatchObject({ batches: [2, 64], width: 0.5 });
    expect(optionsFrom(['--precision', EXACT]).precisions).toEqual([EXACT]);
  });

  it.each([
    [['--only', 'speed'], '--only speed: not limits, step, launches, peers, ops'],
    [['--precision', 'double'], `--precision double: not ${PRECISIONS.join(', ')}`],
    [['--batch', '32,0'], '--batch 0: not a whole number over 0'],
    [['--batch', '1.5'], '--batch 1.5: not a whole number over 0'],
    [['--seconds', 'x'], '--seconds x: not a number over 0'],
  ])('refuse %j', (args, message) => {
    expect(() => optionsFrom(args)).toThrow(message);
  });
});

/** A launch of a shader that reads and writes these. */
const launchOf = (
  shader: string,
  label: string,
  read: object[],
  written: object,
  cost = { flops: 0, bytes: 0 },
) => ({
  shader,
  label,
  cost,
  operands: [...read, written],
  access: [...read.map(() => 'read'), 'write'],
});
const PRODUCT = 'products/matmul_register.wgsl';

describe('the launches of a step', () => {
  it('are known by what they read, and when', () => {
    const [x, weight, halves, y, dy, dx, partial, dw, velocity] = Array.from({ length: 9 }, () => ({}));
    const launches = [
      launchOf('elementwise/cast.wgsl', 'cast', [weight!], halves!),
      launchOf(PRODUCT, 'matmul.register', [halves!, x!], y!),
      launchOf('pools/max_pool.wgsl', 'maxPool.forward', [y!], x!),
      launchOf('reductions/softmax_cross_entropy.wgsl', 'softmaxCrossEntropy.backward', [y!], dy!),
      launchOf(PRODUCT, 'matmul.register', [weight!, dy!], dx!),
      launchOf(PRODUCT, 'matmul.register', [dy!, x!], partial!),
      launchOf('products/split_k.wgsl', 'splitK.combine', [partial!], dw!),
      launchOf('optimizers/sgd.wgsl', 'sgd.step', [dw!, velocity!], weight!),
    ];
    expect(kindsOf(launches, [weight])).toEqual([
      'elementwise and others',
      'forward products',
      'pools',
      'loss',
      'input gradients',
      'weight gradients',
      'weight gradients, summed up',
      'optimizer',
    ]);
  });

  it('take at least what arithmetic or copying takes, products of halves by matrix units', () => {
    const limits = { gflops: 50_000, gigabytes: 3000, matrixGflops: 600_000 };
    const product = launchOf(PRODUCT, 'matmul.register', [], {}, { flops: 6e9, bytes: 3e6 });
    expect(leastTime(product, EXACT, limits)).toBeCloseTo(0.12, 9);
    expect(leastTime(product, PRECISIONS.at(-1), limits)).toBeCloseTo(0.01, 9);
    expect(leastTime(product, 'high', limits)).toBeCloseTo(0.03, 9);
    expect(leastTime(product, PRECISIONS.at(-1), { ...limits, matrixGflops: undefined })).toBeCloseTo(
      0.12,
      9,
    );
    const pool = launchOf('pools/max_pool.wgsl', 'maxPool.forward', [], {}, { flops: 6e6, bytes: 3e9 });
    expect(leastTime(pool, PRECISIONS.at(-1), limits)).toBeCloseTo(1, 9);
  });

  it('are added up by kind, what takes most first', () => {
    const of = (kind: string, median: number, least: number) => ({ kind, milliseconds: { median }, least });
    expect(byKind([of('pools', 1, 0.5), of('loss', 3, 1), of('pools', 4, 2)])).toEqual([
      { kind: 'pools', launches: 2, milliseconds: 5, least: 2.5 },
      { kind: 'loss', launches: 1, milliseconds: 3, least: 1 },
    ]);
  });
});

describe('the comparison', () => {
  const steps = [
    { precision: 'a', kernels: 'untuned', batch: 128, wall: { median: 10 } },
    { precision: 'a', kernels: 'tuned', batch: 128, wall: { median: 8 } },
    { precision: 'b', kernels: 'untuned', batch: 128, wall: { median: 4 } },
    { precision: 'a', kernels: 'untuned', batch: 32, wall: { median: 3 } },
  ];
  const peers = [
    { engine: 'pytorch-cuda', batch: 128, wall: { median: 6 } },
    { engine: 'jax-js-webgpu', batch: 128, failed: 'no answer' },
    { engine: 'pytorch-cuda', batch: 512, wall: { median: 20 } },
  ];

  it('has every step that was measured, and how many times as long others take', () => {
    expect(comparisonOf(steps, peers)).toEqual([
      { batch: 32, ours: { a: 3 }, others: {}, ratios: {} },
      {
        batch: 128,
        ours: { a: 10, 'a, tuned': 8, b: 4 },
        others: { 'pytorch-cuda': 6 },
        ratios: { 'pytorch-cuda': { a: 0.6, 'a, tuned': 0.75, b: 1.5 } },
      },
      { batch: 512, ours: {}, others: { 'pytorch-cuda': 20 }, ratios: { 'pytorch-cuda': {} } },
    ]);
  });

  it('is a table for each batch', () => {
    const lines = comparisonLines(comparisonOf(steps.slice(0, 3), peers.slice(0, 2)));
    expect(lines).toEqual([
      '',
      'batch 128           ms a step   / a  / a, tuned   / b',
      'dawngrad, a              10.0  1.00        1.25  2.50',
      'dawngrad, a, tuned       8.00  0.80        1.00  2.00',
      'dawngrad, b              4.00  0.40        0.50  1.00',
      'pytorch-cuda             6.00  0.60        0.75  1.50',
    ]);
  });
});

it('shows the losses of the first steps of those that were looked at', () => {
  const at = { 1: 2.345678, 200: 0.5 };
  const lines = lossLines(
    [
      { precision: 'a', kernels: 'untuned', batch: 128, losses: { at } },
      { precision: 'a', kernels: 'tuned', batch: 128, losses: { at: { 1: 0.5 } } },
      { precision: 'b', batch: 128, failed: 'lost' },
    ],
    [
      { engine: 'pytorch-cuda', batch: 128, losses: { at } },
      { engine: 'tfjs-webgpu', batch: 128, losses: {} },
    ],
  );
  expect(lines).toEqual([
    '',
    'loss, batch 128  step 1  step 200',
    'dawngrad, a      2.3457   0.50000',
    'pytorch-cuda     2.3457   0.50000',
  ]);
  expect(lossLines([], [])).toEqual([]);
});

it('counts op tests, and files that break before theirs', () => {
  const report = {
    numPassedTests: 7,
    numFailedTests: 1,
    testResults: [
      {
        status: 'passed',
        name: 'a',
        message: '',
        assertionResults: [{ status: 'passed', fullName: 'a adds' }],
      },
      {
        status: 'failed',
        name: 'b',
        message: '',
        assertionResults: [{ status: 'failed', fullName: 'b adds' }],
      },
      { status: 'failed', name: 'c', message: 'no such file', assertionResults: [] },
    ],
  };
  expect(countsOf(report)).toEqual({ passed: 7, failed: 2, failures: ['b adds', 'c: no such file'] });
});
