import { describe, expect, it } from 'vitest';
import { multiply } from '../../../src/autograd/ops/elementwise/multiply.js';
import { Adam } from '../../../src/nn/optim/adam.js';
import { Parameter } from '../../../src/nn/parameter.js';
import { fromArray } from '../../../src/tensor/create.js';
import { useDevice } from '../../support/device.js';

const gpu = useDevice();

const parameterOf = (values: readonly number[]) =>
  new Parameter(gpu.device, [values.length], () => Float32Array.from(values));

/** One step with the given gradients. */
function stepWith(optimizer: Adam, parameters: readonly Parameter[], gradients: readonly number[][]): void {
  optimizer.zeroGrad();
  parameters.forEach((parameter, index) => {
    parameter.grad = fromArray(gpu.device, Float32Array.from(gradients[index]!), parameter.shape);
  });
  optimizer.step();
}

describe('Adam counts the steps of each parameter by itself', () => {
  /** In which steps a parameter has a gradient. */
  const PATTERNS = [
    [true, true, true, true, true],
    [false, false, false, true, true],
    [true, false, false, true, false],
    [false, false, false, false, false],
  ];
  const gradientAt = (step: number) => [Math.sin(step + 1), Math.cos(step + 1)];

  /** All parameters in one optimizer, and each in one of its own, which knows only of the steps with a gradient. */
  function learners() {
    const all = PATTERNS.map(() => parameterOf([1, -1]));
    const alone = PATTERNS.map(() => parameterOf([1, -1]));
    const make = (parameters: Parameter[]) => new Adam(parameters, { lr: 0.1, weightDecay: 0.01 });
    return { all, optimizer: make(all), alone, optimizers: alone.map((parameter) => make([parameter])) };
  }

  it('so that its first gradient moves it by the learning rate, however late it comes, as in PyTorch', async () => {
    const [early, late] = [parameterOf([1]), parameterOf([1])];
    const optimizer = new Adam([early, late], { lr: 0.1 });
    for (let step = 0; step < 10; step++) {
      optimizer.zeroGrad();
      early.grad = fromArray(gpu.device, Float32Array.of(1), [1]);
      if (step === 9) late.grad = fromArray(gpu.device, Float32Array.of(1), [1]);
      optimizer.step();
    }
    expect(1 - (await late.item())).toBeCloseTo(0.1, 6);
    expect(optimizer.stateDict().steps).toEqual([10, 1]);
  });

  it.each(['eagerly', 'in recorded steps'])('%s, to the bits of an optimizer of its own', async (way) => {
    const { all, optimizer, alone, optimizers } = learners();
    for (let step = 0; step < 5; step++) {
      const gradient = fromArray(gpu.device, Float32Array.from(gradientAt(step)), [2]);
      const work = () => {
        optimizer.zeroGrad();
        all.forEach((parameter, index) => {
          if (PATTERNS[index]![step]) parameter.grad = multiply(gradient, 1);
        });
        optimizer.step();
      };
      if (way === 'eagerly') work();
      else gpu.device.record(work).run();
      alone.forEach((parameter, index) => {
        if (PATTERNS[index]![step]) stepWith(optimizers[index]!, [parameter], [gradientAt(step)]);
      });
    }
    const read = (each: Parameter[]) => Promise.all(each.map((parameter) => parameter.toArray()));
    expect(await read(all)).toEqual(await read(alone));
    expect(optimizer.stateDict().steps).toEqual([5, 2, 2, 0]);
  });

  it('and saves them', async () => {
    const { all, optimizer } = learners();
    stepWith(optimizer, all.slice(0, 1), [gradientAt(0)]);
    const other = learners();
    other.optimizer.loadStateDict(optimizer.stateDict());
    expect(other.optimizer.stateDict().steps).toEqual([1, 0, 0, 0]);
    expect(() => other.optimizer.loadStateDict({ ...optimizer.stateDict(), steps: [1] })).toThrow(
      'loading the state of Adam: steps is [1]; it must be an array of 4',
    );
  });
});
