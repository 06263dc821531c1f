import { describe, expect, it } from 'vitest';
import {
  constant,
  fans,
  he,
  type Initialiser,
  layerInit,
  normal,
  uniform,
  xavier,
} from '../../src/nn/init.js';

const shape = [64, 32, 3, 3];
const draw = { seed: 5, stream: 9 };

function moments(init: Initialiser) {
  const values = init(shape, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return { mean, std: Math.sqrt(variance), largest };
}

describe('initialisers', () => {
  it('count the inputs and outputs that a weight connects', () => {
    expect(fans([64, 32, 3, 3])).toEqual({ fanIn: 288, fanOut: 576 });
    expect(fans([10, 7])).toEqual({ fanIn: 7, fanOut: 10 });
  });

  // 18,432 values: the error of a mean is 0.7 % of the standard deviation, that of the deviation 0.5 %.
  const cases: [string, Initialiser, number, 'normal' | 'uniform'][] = [
    ['normal', normal(0.05), 0.05, 'normal'],
    ['uniform', uniform(0.3), 0.3 / Math.sqrt(3), 'uniform'],
    ['he', he(), Math.sqrt(2 / 288), 'normal'],
    ['he, leaky and uniform', he({ slope: 0.5, distribution: 'uniform' }), Math.sqrt(1.6 / 288), 'uniform'],
    ['xavier', xavier(), Math.sqrt(2 / 864), 'normal'],
    ['xavier, uniform', xavier({ distribution: 'uniform' }), Math.sqrt(2 / 864), 'uniform'],
  ];
  it.each(cases)('%s has its mean, deviation and range', (_, init, std, distribution) => {
    const found = moments(init);
    expect(Math.abs(found.mean)).toBeLessThan(0.03 * std);
    expect(Math.abs(found.std / std - 1)).toBeLessThan(0.02);
    if (distribution === 'uniform')
      expect(found.largest).toBeLessThanOrEqual(Math.sqrt(3) * std * (1 + 1e-6));
    else expect(found.largest).toBeGreaterThan(3 * std);
  });

  it('constant is constant', () => {
    expect([...constant(0.5)([2, 3], draw)]).toEqual(Array(6).fill(0.5));
  });

  it('draw the same values from the same seed and stream, others from others', () => {
    const init = normal(1);
    expect(init([100], draw)).toEqual(init([100], { ...draw }));
    expect(init([100], { ...draw, stream: 10 })).not.toEqual(init([100], draw));
    expect(init([100], { ...draw, seed: 6 })).not.toEqual(init([100], draw));
  });

  it('default to PyTorch: weight and bias uniform within 1 / sqrt(fanIn)', () => {
    const { init, biasInit } = layerInit(shape, {});
    const bound = 1 / Math.sqrt(288);
    for (const values of [init(shape, draw), biasInit([4000], draw)]) {
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largest).toBeLessThanOrEqual(bound * (1 + 1e-6));
      expect(largest).toBeGreaterThan(0.99 * bound);
    }
  });

  it('start biases at 0 where the weight is given an initialiser', () => {
    expect([...layerInit(shape, { init: he() }).biasInit([3], draw)]).toEqual([0, 0, 0]);
    expect([...layerInit(shape, { init: he(), biasInit: constant(1) }).biasInit([2], draw)]).toEqual([1, 1]);
  });
});
