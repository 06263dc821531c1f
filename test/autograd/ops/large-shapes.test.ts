/** Shapes as large as a buffer can hold: whatever an op can do forward it can do backward, under the least limits of WebGPU. */
import { describe, expect, it } from 'vitest';
import { add } from '../../../src/autograd/ops/elementwise/add.js';
import { dropout } from '../../../src/autograd/ops/elementwise/dropout.js';
import { relu } from '../../../src/autograd/ops/elementwise/relu.js';
import { crossEntropy } from '../../../src/autograd/ops/losses/cross-entropy.js';
import { batchNorm2d } from '../../../src/autograd/ops/normalisation/batch-norm2d.js';
import { localResponseNorm } from '../../../src/autograd/ops/normalisation/local-response-norm.js';
import { avgPool2d } from '../../../src/autograd/ops/pools/avg-pool2d.js';
import { globalAvgPool2d } from '../../../src/autograd/ops/pools/global-avg-pool2d.js';
import { maxPool2d } from '../../../src/autograd/ops/pools/max-pool2d.js';
import { maxout } from '../../../src/autograd/ops/pools/maxout.js';
import { conv2d } from '../../../src/autograd/ops/products/conv2d.js';
import { linear } from '../../../src/autograd/ops/products/linear.js';
import { localConv2d } from '../../../src/autograd/ops/products/local-conv2d.js';
import { matmul } from '../../../src/autograd/ops/products/matmul.js';
import { mean } from '../../../src/autograd/ops/reductions/mean.js';
import { sum } from '../../../src/autograd/ops/reductions/sum.js';
import { backward } from '../../../src/autograd/tape.js';
import type { Shape } from '../../../src/tensor/shape.js';
import { Tensor } from '../../../src/tensor/tensor.js';
import { uniformGenerator } from '../../reference/random.js';
import { useDevice } from '../../support/device.js';

/** Elements of the largest buffer that WebGPU promises: 128 MiB. */
const MOST = 2 ** 25;

type Op = (...inputs: Tensor[]) => Tensor;

const convolution =
  (options: Parameters<typeof conv2d>[3] = {}): Op =>
  (x, weight, bias) =>
    conv2d(x!, weight!, bias ?? null, options);

const normalised: Op = (x, gamma, beta) => {
  const [runningMean, runningVariance] = [0, 0].map(() => new Tensor(x!.device, gamma!.shape)) as [
    Tensor,
    Tensor,
  ];
  return batchNorm2d(x!, gamma!, beta!, { runningMean, runningVariance, training: true });
};

/** Each op, and the shapes of its inputs. */
const TABLE: readonly (readonly [string, Op, ...Shape[]])[] = [
  [
    'convolution with a stride of a large image',
    convolution({ stride: 2 }),
    [1, 64, 512, 512],
    [8, 64, 5, 5],
    [8],
  ],
  ['the largest plane', convolution({ stride: 2, padding: 2 }), [1, 1, 5792, 5792], [1, 1, 5, 5], [1]],
  ['many positions', convolution(), [84, 1, 224, 224], [1, 1, 1, 1], [1]],
  ['many positions, through a window', convolution({ padding: 1 }), [33, 1, 1000, 1000], [1, 1, 3, 3], [1]],
  ['many images with a stride', convolution({ stride: 2 }), [70_000, 1, 16, 16], [2, 1, 3, 3], [2]],
  ['many channels', convolution({ padding: 1 }), [1, 70_000, 16, 16], [1, 70_000, 3, 3], [1]],
  ['many channels with a stride', convolution({ stride: 2 }), [1, 70_000, 16, 16], [1, 70_000, 3, 3], [1]],
  ['many outputs', convolution(), [1, 1, 3, 3], [2_200_000, 1, 1, 1], [2_200_000]],
  [
    'many outputs, through a window',
    convolution({ padding: 1 }),
    [1, 1, 3, 3],
    [2_200_000, 1, 3, 3],
    [2_200_000],
  ],
  ['the largest weight', convolution(), [1, 8192, 2, 2], [4096, 8192, 1, 1], [4096]],
  [
    'a filter for each of many positions',
    (x, w, b) => localConv2d(x!, w!, b!),
    [2, 1, 280, 280],
    [278, 278, 1, 1, 3, 3],
    [1, 278, 278],
  ],
  ['many rows', (x, w, b) => linear(x!, w!, b!), [4_200_000, 1], [1, 1], [1]],
  ['many columns', (x, w, b) => linear(x!, w!, b!), [2, 1], [8_400_000, 1], [8_400_000]],
  ['many small products', (a, b) => matmul(a!, b!), [65_536, 2, 2], [65_536, 2, 2]],
  ['a matrix shared by a batch', (a, b) => matmul(a!, b!), [2000, 2000], [2001, 2000, 1]],
  ['a matrix shared by a batch, on the right', (a, b) => matmul(a!, b!), [3000, 1, 2000], [2000, 2000]],
  ['every other of five axes', (x) => mean(x!, { axes: [0, 2, 4] }), [32, 32, 32, 32, 32]],
  ['every other of five axes, the others', (x) => sum(x!, { axes: [1, 3] }), [32, 32, 32, 32, 32]],
  ['one sum of all', (x) => sum(x!), [MOST]],
  ['many sums', (x) => sum(x!, { axes: [1] }), [MOST / 2, 2]],
  ['elementwise, stretched in turns', (a, b) => add(a!, b!), [32, 1, 32, 1, 32], [1, 32, 1, 32, 1]],
  ['elementwise', (x) => dropout(relu(x!), 0.5), [MOST]],
  ['maximum of many planes', (x) => maxPool2d(x!, { kernelSize: 3, stride: 2 }), [70_000, 2, 15, 15]],
  [
    'maximum of the largest plane',
    (x) => maxPool2d(x!, { kernelSize: 3, stride: 1, padding: 1 }),
    [1, 1, 5792, 5792],
  ],
  ['mean of many planes', (x) => avgPool2d(x!, { kernelSize: 2 }), [2, 70_000, 15, 15]],
  ['mean of whole planes', (x) => globalAvgPool2d(x!), [4_000_000, 1, 2, 4]],
  ['pieces of many channels', (x) => maxout(x!, 2), [1, 2_000_000, 4, 4]],
  ['response of many images', (x) => localResponseNorm(x!, { size: 5 }), [100_000, 8, 6, 6]],
  ['statistics of many images', normalised, [200_000, 2, 8, 8], [2], [2]],
  ['statistics of many channels', normalised, [2, 200_000, 8, 8], [200_000], [200_000]],
  ['statistics of the largest plane', normalised, [1, 1, 5792, 5792], [1], [1]],
];

describe('an op on tensors as large as a buffer', () => {
  const gpu = useDevice({ limits: 'minimum' });

  /** What the work launches, none of which runs: a plan takes no memory. */
  function planned(op: Op, shapes: readonly Shape[]) {
    return gpu.device.plan(() => {
      const inputs = shapes.map((shape) => new Tensor(gpu.device, shape));
      for (const input of inputs) input.requiresGrad = true;
      const y = op(...inputs);
      backward(y, { gradient: new Tensor(gpu.device, y.shape) });
      for (const input of inputs) expect(input.grad?.shape).toEqual(input.shape);
    });
  }

  const cases = TABLE.map(([name, op, ...shapes]) => ({ name, op, shapes }));

  it.each(cases)('launches what the device allows, forward and backward: $name', ({ op, shapes }) => {
    const { launches } = planned(op, shapes);
    const most = gpu.device.limits.maxComputeWorkgroupsPerDimension;
    expect(Math.max(...launches.flatMap(({ grid }) => grid))).toBeLessThanOrEqual(most);
  });

  it('launches what the device allows for the loss of many rows', () => {
    const { launches } = gpu.device.plan(() => {
      const logits = new Tensor(gpu.device, [MOST / 2, 2]);
      logits.requiresGrad = true;
      backward(crossEntropy(logits, new Tensor(gpu.device, [MOST / 2], 'u32')).loss);
      expect(logits.grad?.shape).toEqual(logits.shape);
    });
    expect(launches.length).toBeGreaterThan(2);
  });

  /** Random values on the device, and at hand. */
  function drawn(shape: Shape, seed: number) {
    const tensor = new Tensor(gpu.device, shape);
    const uniform = uniformGenerator(seed);
    const values = Float32Array.from({ length: tensor.size }, () => 2 * uniform() - 1);
    return { tensor: tensor.write(values), values };
  }

  /** Expect these values at some places of a tensor. */
  async function expectAt(
    tensor: Tensor | null,
    places: readonly number[],
    expected: (place: number) => number,
    bound = 1e-4,
  ): Promise<void> {
    const values = await tensor!.toArray();
    for (const place of places) expect(Math.abs(values[place]! - expected(place))).toBeLessThan(bound);
  }

  /** Places spread over `size` elements, the first and the last among them. */
  const spread = (size: number) => Array.from({ length: 31 }, (_, i) => Math.floor((i * (size - 1)) / 30));

  const total = (count: number, term: (i: number) => number) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += term(i);
    return sum;
  };

  it('is right at a convolution with a stride whose unfolded image fits no buffer', async () => {
    const [size, out] = [512, 254];
    const [x, w] = [drawn([1, 64, size, size], 1), drawn([8, 64, 5, 5], 2)];
    x.tensor.requiresGrad = true;
    w.tensor.requiresGrad = true;
    const y = conv2d(x.tensor, w.tensor, null, { stride: 2 });
    const dy = drawn(y.shape, 3);
    await expectAt(y, spread(y.size), (place) => {
      const [o, row, column] = [Math.floor(place / out ** 2), Math.floor(place / out) % out, place % out];
      return total(64 * 25, (i) => {
        const [c, ky, kx] = [Math.floor(i / 25), Math.floor(i / 5) % 5, i % 5];
        return w.values[o * 1600 + i]! * x.values[(c * size + 2 * row + ky) * size + 2 * column + kx]!;
      });
    });
    backward(y, { gradient: dy.tensor });
    await expectAt(x.tensor.grad, spread(x.tensor.size), (place) => {
      const [c, row, column] = [Math.floor(place / size ** 2), Math.floor(place / size) % size, place % size];
      return total(8 * 25, (i) => {
        const [o, ky, kx] = [Math.floor(i / 25), Math.floor(i / 5) % 5, i % 5];
        const [oy, ox] = [(row - ky) / 2, (column - kx) / 2];
        if (![oy, ox].every((at) => Number.isInteger(at) && at >= 0 && at < out)) return 0;
        return w.values[(o * 64 + c) * 25 + ky * 5 + kx]! * dy.values[(o * out + oy) * out + ox]!;
      });
    });
    const weightAt = (place: number) => {
      const [o, c, ky, kx] = [
        Math.floor(place / 1600),
        Math.floor(place / 25) % 64,
        Math.floor(place / 5) % 5,
        place % 5,
      ];
      return total(out ** 2, (i) => {
        const at = (c * size + 2 * Math.floor(i / out) + ky) * size + 2 * (i % out) + kx;
        return dy.values[o * out ** 2 + i]! * x.values[at]!;
      });
    };
    await expectAt(w.tensor.grad, spread(w.tensor.size), weightAt, 0.02);
  });

  it('is right at a 1 x 1 convolution of more positions than a launch has workgroups for', async () => {
    const pixels = 224 ** 2;
    const [x, w, b] = [drawn([84, 1, 224, 224], 1), drawn([1, 1, 1, 1], 2), drawn([1], 3)];
    for (const { tensor } of [x, w, b]) tensor.requiresGrad = true;
    const y = conv2d(x.tensor, w.tensor, b.tensor);
    const dy = drawn(y.shape, 4);
    await expectAt(y, spread(y.size), (place) => w.values[0]! * x.values[place]! + b.values[0]!);
    backward(y, { gradient: dy.tensor });
    await expectAt(x.tensor.grad, spread(x.tensor.size), (place) => w.values[0]! * dy.values[place]!);
    await expectAt(w.tensor.grad, [0], () => total(84 * pixels, (i) => dy.values[i]! * x.values[i]!), 0.1);
    await expectAt(b.tensor.grad, [0], () => total(84 * pixels, (i) => dy.values[i]!), 0.1);
  });

  it('is right at a linear layer of more rows than a launch has workgroups for', async () => {
    const rows = 4_200_000;
    const [x, w, b] = [drawn([rows, 1], 1), drawn([1, 1], 2), drawn([1], 3)];
    for (const { tensor } of [x, w, b]) tensor.requiresGrad = true;
    const y = linear(x.tensor, w.tensor, b.tensor);
    const dy = drawn(y.shape, 4);
    await expectAt(y, spread(rows), (place) => w.values[0]! * x.values[place]! + b.values[0]!);
    backward(y, { gradient: dy.tensor });
    await expectAt(x.tensor.grad, spread(rows), (place) => w.values[0]! * dy.values[place]!);
    await expectAt(w.tensor.grad, [0], () => total(rows, (i) => dy.values[i]! * x.values[i]!), 0.5);
    await expectAt(b.tensor.grad, [0], () => total(rows, (i) => dy.values[i]!), 0.1);
  });

  it('is right at more small products than a launch has workgroups for', async () => {
    const [a, b] = [drawn([65_536, 2, 2], 1), drawn([65_536, 2, 2], 2)];
    a.tensor.requiresGrad = true;
    const y = matmul(a.tensor, b.tensor);
    const dy = drawn(y.shape, 3);
    const at = (place: number) => ({
      matrix: 4 * Math.floor(place / 4),
      row: Math.floor(place / 2) % 2,
      column: place % 2,
    });
    await expectAt(y, spread(y.size), (place) => {
      const { matrix, row, column } = at(place);
      return total(2, (k) => a.values[matrix + 2 * row + k]! * b.values[matrix + 2 * k + column]!);
    });
    backward(y, { gradient: dy.tensor });
    await expectAt(a.tensor.grad, spread(y.size), (place) => {
      const { matrix, row, column } = at(place);
      return total(2, (k) => dy.values[matrix + 2 * row + k]! * b.values[matrix + 2 * column + k]!);
    });
  });

  it('is right at the gradient of a matrix that so large a batch shared that its parts fit no buffer', async () => {
    const [rows, inner, batch] = [300, 400, 301];
    const [a, b] = [drawn([rows, inner], 1), drawn([batch, inner, 1], 2)];
    a.tensor.requiresGrad = true;
    const y = matmul(a.tensor, b.tensor);
    const dy = drawn(y.shape, 3);
    backward(y, { gradient: dy.tensor });
    await expectAt(a.tensor.grad, spread(rows * inner), (place) => {
      const [row, k] = [Math.floor(place / inner), place % inner];
      return total(batch, (n) => dy.values[n * rows + row]! * b.values[n * inner + k]!);
    });
  });
});
