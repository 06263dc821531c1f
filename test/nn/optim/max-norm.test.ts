import { describe, expect, it } from 'vitest';
import { Adam } from '../../../src/nn/optim/adam.js';
import { SGD } from '../../../src/nn/optim/sgd.js';
import { Parameter } from '../../../src/nn/parameter.js';
import { fromArray } from '../../../src/tensor/create.js';
import { uniformValues } from '../../../src/tensor/random.js';
import type { Shape } from '../../../src/tensor/shape.js';
import { sizeOf } from '../../../src/tensor/shape.js';
import { expectClose } from '../../support/close.js';
import { useDevice } from '../../support/device.js';

const gpu = useDevice();
const MAKERS = {
  SGD: (params: { params: Parameter[]; maxNorm?: number }[]) => new SGD(params, { lr: 0.1, momentum: 0.9 }),
  Adam: (params: { params: Parameter[]; maxNorm?: number }[]) => new Adam(params, { lr: 0.1 }),
};

const parameterOf = (shape: Shape, seed: number) =>
  new Parameter(gpu.device, shape, () => uniformValues(sizeOf(shape), seed, 0, -1, 1));
const SHAPES: Shape[] = [[5, 3, 4, 4], [70, 9], [2, 200], [2000, 3], [6]];

/** Rows whose norm is above the limit, shortened to it: one number after the other. */
function constrained(values: ArrayLike<number>, [rows]: Shape, limit: number): number[] {
  const columns = values.length / rows!;
  return Array.from({ length: values.length }, (_, i) => {
    const row = Array.from({ length: columns }, (__, c) => values[Math.floor(i / columns) * columns + c]!);
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    return values[i]! * Math.min(1, limit / norm);
  });
}

describe.each(['SGD', 'Adam'] as const)('maxNorm of %s', (name) => {
  it.each([false, true])('holds what enters each unit to its limit; recorded: %s', async (recorded) => {
    const { device } = gpu;
    const LIMIT = 1.2;
    const take = async (maxNorm: number) => {
      const parameters = SHAPES.map(parameterOf);
      const [free, ...held] = parameters as [Parameter, ...Parameter[]];
      const optimizer = MAKERS[name]([{ params: [free] }, { params: held, maxNorm }]);
      const gradients = SHAPES.map((shape, seed) =>
        fromArray(device, uniformValues(sizeOf(shape), seed + 50, 0, -1, 1), shape),
      );
      const step = () => {
        parameters.forEach((parameter, index) => {
          parameter.grad = gradients[index]!;
        });
        optimizer.step();
      };
      if (recorded) device.record(step).run();
      else step();
      return Promise.all(parameters.map((parameter) => parameter.toArray()));
    };
    const [without, within] = [await take(0), await take(LIMIT)];
    SHAPES.forEach((shape, index) => {
      const isHeld = index > 0 && shape.length > 1;
      const wanted = isHeld ? constrained(without[index]!, shape, LIMIT) : [...without[index]!];
      expectClose(within[index]!, wanted, { relative: 1e-5, absolute: 1e-7, label: `parameter ${index}` });
    });
    // Some rows of the short ones are below it, and keep their bits.
    const same = [...without[3]!].filter((value, i) => value === within[3]![i]).length;
    expect(same).toBeGreaterThan(600);
    expect(same).toBeLessThan(6000);
  });

  it('refuses a limit below 0', () => {
    expect(() => MAKERS[name]([{ params: [parameterOf([2, 2], 1)], maxNorm: -1 }])).toThrow(
      `${name}: maxNorm is -1; it must be at least 0`,
    );
  });
});
