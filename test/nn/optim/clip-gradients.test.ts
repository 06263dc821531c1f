import { describe, expect, it } from 'vitest';
import { multiply } from '../../../src/autograd/ops/elementwise/multiply.js';
import { clipGradNorm, clipGradValue } from '../../../src/nn/optim/clip-gradients.js';
import { SGD } from '../../../src/nn/optim/sgd.js';
import { Parameter } from '../../../src/nn/parameter.js';
import { full, zeros } from '../../../src/tensor/create.js';
import { fixtureCases } from '../../fixtures/index.js';
import { type Array64, array64, map64 } from '../../reference/array.js';
import { random64 } from '../../reference/random.js';
import { useDevice } from '../../support/device.js';
import { expectTensor, SINGLE, upload } from '../../support/expect-op.js';

const gpu = useDevice();

/** Parameters with these gradients. */
const withGradients = (gradients: readonly (Array64 | null)[]): Parameter[] =>
  gradients.map((gradient) => {
    const parameter = new Parameter(
      gpu.device,
      gradient?.shape ?? [2],
      (shape) => new Float32Array(shape.reduce((a, b) => a * b, 1)),
    );
    parameter.grad = gradient && upload(gpu.device, gradient);
    return parameter;
  });

const lengthOf = (gradients: readonly Array64[]) =>
  Math.sqrt(gradients.reduce((sum, { data }) => sum + data.reduce((total, x) => total + x * x, 0), 0));

describe('clipGradNorm', () => {
  it.each(fixtureCases('clipGradNorm'))('agrees with PyTorch: $name', async (fixture) => {
    const { inputs, outputs, gradients, options } = fixture;
    const names = Object.keys(inputs);
    const parameters = withGradients(names.map((name) => inputs[name]!));
    const normType = options.largest ? Number.POSITIVE_INFINITY : 2;
    const norm = clipGradNorm(parameters, options.maxNorm, { normType });
    await expectTensor(norm, outputs.norm, { ...SINGLE, label: 'norm' });
    for (const [index, name] of names.entries())
      await expectTensor(parameters[index]!.grad, gradients[name]!, { ...SINGLE, label: name });
  });

  it.each([
    [[700_001], [3], [0, 4]],
    [[1], [4096], [4097]],
  ])('takes gradients of any size together: %j, %j, %j', async (...shapes) => {
    const gradients = shapes.map((shape, index) => random64(shape, index + 1));
    const length = lengthOf(gradients);
    const parameters = withGradients(gradients);
    await expectTensor(clipGradNorm(parameters, 1), array64([], [length]), { ...SINGLE, label: 'norm' });
    for (const [index, gradient] of gradients.entries()) {
      const wanted = map64(gradient, (value) => value / (length + 1e-6));
      await expectTensor(parameters[index]!.grad, wanted, { ...SINGLE, label: `gradient ${index}` });
    }
  });

  it('passes over parameters without a gradient, and takes one that is there twice once', async () => {
    const [a, b] = withGradients([array64([2], [3, 4]), null]) as [Parameter, Parameter];
    expect(await clipGradNorm([a, b, a], 100).item()).toBe(5);
    expect([...(await a.grad!.toArray()), b.grad]).toEqual([3, 4, null]);
    expect(await clipGradNorm([b], 1).item()).toBe(0);
  });

  it.each([
    ['NaN', Number.NaN, 2, Number.NaN, [Number.NaN, Number.NaN]],
    ['NaN, for the largest', Number.NaN, Number.POSITIVE_INFINITY, Number.NaN, [Number.NaN, Number.NaN]],
    ['an infinity', Number.NEGATIVE_INFINITY, 2, Number.POSITIVE_INFINITY, [Number.NaN, 0]],
  ])('of %s is what PyTorch makes of it', async (_, value, normType, norm, left) => {
    const [a, b] = withGradients([array64([1], [value]), array64([1], [1])]) as [Parameter, Parameter];
    expect(await clipGradNorm([a, b], 1, { normType }).item()).toBe(norm);
    expect([await a.grad!.item(), await b.grad!.item()]).toEqual(left);
  });

  it('recorded before a step, clips in each run, and leaves the step its one launch', async () => {
    const parameters = withGradients([array64([2], [0, 0]), array64([3], [0, 0, 0])]);
    const gradients = parameters.map(({ shape }) => zeros(gpu.device, shape));
    const optimizer = new SGD(parameters, { lr: 1 });
    const program = gpu.device.record(() => {
      optimizer.zeroGrad();
      for (const [index, parameter] of parameters.entries()) parameter.grad = multiply(gradients[index]!, 2);
      const norm = clipGradNorm(parameters, 5);
      optimizer.step();
      return norm;
    });
    expect(program.kernels.filter((kernel) => kernel === 'sgd.step')).toHaveLength(1);
    expect(program.kernels.filter((kernel) => kernel.startsWith('gradientNorm'))).toHaveLength(5);
    gradients[0]!.write(Float32Array.of(3, 4));
    program.run();
    expect(await program.result.item()).toBe(10);
    await expectTensor(parameters[0]!, array64([2], [-3, -4]), { ...SINGLE, label: 'parameter' });
    gradients[0]!.write(Float32Array.of(0.5, 0));
    program.run();
    expect(await program.result.item()).toBe(1);
    await expectTensor(parameters[0]!, array64([2], [-4, -4]), { ...SINGLE, label: 'parameter' });
    program.dispose();
  });

  it('refuses what it cannot clip, and changes nothing then', async () => {
    const [a, b] = withGradients([array64([2], [3, 4]), array64([1], [1])]) as [Parameter, Parameter];
    b.grad?.dispose();
    expect(() => clipGradNorm([a, b], 1)).toThrow('that was disposed of');
    expect(() => clipGradNorm([a], 1, { normType: 1 })).toThrow('normType is 1; it must be 2 or Infinity');
    expect(() => clipGradNorm([], 1)).toThrow('clipGradNorm: parameters is empty');
    expect(() => clipGradNorm(a as never, 1)).toThrow('clipGradNorm: parameters are a Parameter');
    expect([...(await a.grad!.toArray())]).toEqual([3, 4]);
  });
});

it('clipGradValue brings each element within limits, and leaves NaN', async () => {
  const [a] = withGradients([array64([5], [-3, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2])]) as [
    Parameter,
  ];
  clipGradValue([a], 2);
  expect([...(await a.grad!.toArray())]).toEqual([-2, 0.5, Number.NaN, 2, 2]);
  const large = new Parameter(gpu.device, [600_001], () => new Float32Array(600_001));
  large.grad = full(gpu.device, [600_001], 3);
  clipGradValue([large], 1);
  expect((await large.grad.toArray()).every((value) => value === 1)).toBe(true);
});
