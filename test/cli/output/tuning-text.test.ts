import { expect, it } from 'vitest';
import { describeForced, describeProduct, describeTuning } from '../../../src/cli/output/tuning-text.js';

const [wide, narrow] = [
  { variant: 'wide', pipeline: 'w', milliseconds: 2 },
  { variant: 'narrow', pipeline: 'n', milliseconds: 2.5 },
];
const product = {
  key: '1x2x3 sum 4',
  count: 1,
  flops: 1e8,
  options: [wide, narrow],
  slower: [{ variant: 'specification', milliseconds: 123.4 }],
  rejected: [{ variant: 'odd', why: 'differs from specification by 3' }],
};
const tuning = {
  products: [product],
  choices: new Map([[product, narrow]]),
  compile: new Map([
    ['w', 9000],
    ['n', 1200],
  ]),
};

it('tells of each product as it is measured', () => {
  expect(describeProduct(product)).toBe('1x2x3 sum 4: wide, 50.0 GFLOP/s');
});

it('tells of all choices, of the others, and of what was wrong with some', () => {
  expect(describeTuning(tuning)).toBe(
    [
      'product      variant  GFLOP/s  a launch  others',
      '1x2x3 sum 4  narrow   40.0     2.50 ms   wide 2.00 ms, specification about 123 ms, odd is wrong: differs from specification by 3',
      '',
      '1 pipeline, 1.2 s to compile',
    ].join('\n'),
  );
});

it('tells which products a forced variant computes, and warns of one that is there to be read', () => {
  const found = { products: 3, others: [{ key: '1x2x3 sum 4', variant: 'tiled' }] };
  expect(describeForced('stacked32', found)).toBe(
    'stacked32 computes 2 of 3 distinct matrix products\n  not 1x2x3 sum 4: tiled',
  );
  expect(describeForced('naive', { products: 3, others: [] })).toMatch(
    /^naive computes 3 of 3 distinct matrix products\nnaive is there to be read, not to be fast: .*$/,
  );
});
