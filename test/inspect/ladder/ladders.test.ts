import { describe, expect, it } from 'vitest';
import { compare } from '../../../src/inspect/lab/compare.js';
import {
  forwardLadder,
  inputGradientLadder,
  layerOf,
  weightGradientLadder,
} from '../../../src/inspect/ladder/convolution-ladders.js';
import type { Ladder, Step } from '../../../src/inspect/ladder/ladder.js';
import { LADDER_NAMES, LADDERS } from '../../../src/inspect/ladder/ladders.js';
import { mlpConvLadder } from '../../../src/inspect/ladder/mlp-conv-ladder.js';
import { pointwiseLadder } from '../../../src/inspect/ladder/pointwise-ladder.js';
import { poolLadder } from '../../../src/inspect/ladder/pool-ladder.js';
import { productLadder } from '../../../src/inspect/ladder/product-ladder.js';
import { softmaxLadder } from '../../../src/inspect/ladder/softmax-ladder.js';
import { IDEAS } from '../../../src/kernels/products/ladder/ideas.js';
import { VARIANTS } from '../../../src/kernels/products/ladder/ladder.js';
import { tidy } from '../../../src/tensor/tidy.js';
import { useDevice } from '../../support/device.js';

describe.each([
  ['all that this adapter has', {}],
  ['nothing but what WebGPU guarantees, no subgroups among it', { limits: 'minimum', features: 'none' }],
] as const)('a ladder, on a device with %s,', (_, options) => {
  const gpu = useDevice(options);

  /** Small ones, by name: what they compute is the same at every size. */
  const small: Record<(typeof LADDER_NAMES)[number], () => Ladder> = {
    matmul: () => productLadder(gpu.device, 68),
    'conv2d.forward': () => forwardLadder(gpu.device, layerOf(2, 4, 8, 8)),
    'conv2d.inputGradient': () => inputGradientLadder(gpu.device, layerOf(2, 4, 8, 8)),
    'conv2d.weightGradient': () => weightGradientLadder(gpu.device, layerOf(4, 3, 8, 8)),
    mlpconv: () => mlpConvLadder(gpu.device, layerOf(2, 4, 20, 8)),
    pointwise: () => pointwiseLadder(gpu.device),
    softmax: () => softmaxLadder(gpu.device),
    pool: () => poolLadder(gpu.device),
  };

  async function valuesOf(step: Step): Promise<ArrayLike<number>> {
    const result = tidy(gpu.device, () => step.work());
    const values = await result.toArray();
    result.dispose();
    return values;
  }

  it.each(LADDER_NAMES)(
    '%s: every step that can be taken here computes what the first does',
    async (name) => {
      const { steps, limit } = small[name]();
      const possible = steps.filter(({ refused }) => refused === undefined);
      expect(possible.length).toBeGreaterThanOrEqual(2);
      const expected = await valuesOf(possible[0]!);
      // Not all the same number: else a step that leaves out half of them would be right too.
      expect(new Set(Array.from(expected)).size).toBeGreaterThan(20);
      for (const step of possible.slice(1)) {
        const { error } = compare(expected, await valuesOf(step), limit);
        expect({ step: step.name, error }).toEqual({ step: step.name, error: undefined });
      }
      gpu.device.trim();
    },
  );

  it.each(LADDER_NAMES)(
    '%s: every step improves on one that stands before it, by an idea of its own',
    (name) => {
      const { steps, name: own, flops, bytes } = small[name]();
      expect(own).toBe(name);
      expect(flops).toBeGreaterThanOrEqual(0);
      expect(bytes).toBeGreaterThan(0);
      const names = steps.map((step) => step.name);
      expect(new Set(names).size).toBe(steps.length);
      expect(new Set(steps.map(({ idea }) => idea)).size).toBe(steps.length);
      steps.forEach(({ after }, index) => {
        if (after !== undefined) expect(names.slice(0, index)).toContain(after);
      });
    },
  );

  it('of products has five steps at least that can be taken here', () => {
    const { steps } = LADDERS.matmul(gpu.device);
    expect(steps.filter(({ refused }) => refused === undefined).length).toBeGreaterThanOrEqual(5);
  });
});

describe('the ideas of the rungs', () => {
  it('lead from every rung back to the first', () => {
    for (const variant of VARIANTS) {
      const way = new Set<string>([variant]);
      for (let { after } = IDEAS[variant]; after; after = IDEAS[after].after) {
        expect(way).not.toContain(after);
        way.add(after);
      }
      expect(way).toContain('naive');
    }
  });

  it('are one sentence each', () => {
    for (const { idea } of Object.values(IDEAS)) expect(idea).toMatch(/^[^A-Z][^.]*[^.]$/);
  });
});
