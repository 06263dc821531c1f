import { describe, expect, it } from 'vitest';
import { dropout } from '../../src/autograd/ops/elementwise/dropout.js';
import { batchNorm2d } from '../../src/autograd/ops/normalisation/batch-norm2d.js';
import * as dawngrad from '../../src/index.js';
import { useDevice } from '../support/device.js';

const gpu = useDevice();
const { from, zeros } = dawngrad;

const leaf = (values: dawngrad.Tensor): dawngrad.Tensor => Object.assign(values, { requiresGrad: true });
const image = (channels = 1) => leaf(zeros(gpu.device, [2, channels, 4, 4]));
const overwrite = (tensor: dawngrad.Tensor) => tensor.write(new Float32Array(tensor.size).fill(2));
const written = (op: string) => `that ${op} needs for its gradient was written to after ${op} had used it`;

/** An op on new tensors: its result, what its gradient depends on, and what it does not. */
interface Case {
  readonly result: dawngrad.Tensor;
  readonly needed?: readonly dawngrad.Tensor[];
  readonly free?: readonly dawngrad.Tensor[];
}

const pairOf = () => [leaf(from(gpu.device, [1, 2])), leaf(from(gpu.device, [3, 4]))] as const;
const matrices = () => [leaf(from(gpu.device, [[1, 2]])), leaf(from(gpu.device, [[3, 4]]))] as const;

const CASES: Readonly<Record<string, () => Case>> = {
  add: () => {
    const [a, b] = pairOf();
    return { result: a.add(b), free: [a, b] };
  },
  subtract: () => {
    const [a, b] = pairOf();
    return { result: a.subtract(b), free: [a, b] };
  },
  multiply: () => {
    const [a, b] = pairOf();
    return { result: a.multiply(b), needed: [a, b] };
  },
  divide: () => {
    const [a, b] = pairOf();
    const result = a.divide(b);
    return { result, needed: [b, result], free: [a] };
  },
  scale: () => {
    const [a] = pairOf();
    return { result: a.scale(3), free: [a] };
  },
  sum: () => {
    const [a] = pairOf();
    return { result: a.sum(), free: [a] };
  },
  relu: () => {
    const [a] = pairOf();
    const result = a.relu();
    return { result, needed: [result], free: [a] };
  },
  dropout: () => {
    const [a] = pairOf();
    return { result: dropout(a, 0.5), free: [a] };
  },
  matmul: () => {
    const [a, b] = matrices();
    const result = a.matmul(b, { transposeB: true });
    return { result, needed: [a, b], free: [result] };
  },
  linear: () => {
    const [x, weight] = matrices();
    const bias = leaf(zeros(gpu.device, [1]));
    return { result: dawngrad.linear(x, weight, bias), needed: [x, weight], free: [bias] };
  },
  conv2d: () => {
    const [x, weight, bias] = [image(), leaf(zeros(gpu.device, [2, 1, 2, 2])), leaf(zeros(gpu.device, [2]))];
    return { result: dawngrad.conv2d(x, weight, bias), needed: [x, weight], free: [bias] };
  },
  maxPool2d: () => {
    const x = image();
    return { result: dawngrad.maxPool2d(x, { kernelSize: 2 }), free: [x] };
  },
  localResponseNorm: () => {
    const x = image(3);
    return { result: dawngrad.localResponseNorm(x, { size: 3 }), needed: [x] };
  },
  batchNorm2d: () => {
    const [gamma, beta, runningMean, runningVariance] = [1, 1, 1, 1].map((n) => leaf(zeros(gpu.device, [n])));
    const x = image();
    const running = { runningMean: runningMean!, runningVariance: runningVariance!, training: false };
    const result = batchNorm2d(x, gamma!, beta!, running);
    return { result, needed: [x, gamma!, runningMean!, runningVariance!], free: [beta!] };
  },
};

describe('backward', () => {
  describe.each(Object.keys(CASES))('through %s', (op) => {
    const make = CASES[op]!;
    const back = ({ result }: Case) => result.backward({ gradient: zeros(gpu.device, result.shape) });

    it('refuses where a tensor that its gradient depends on was written to since', () => {
      for (const index of (make().needed ?? []).keys()) {
        const one = make();
        overwrite(one.needed![index]!);
        expect(() => back(one)).toThrow(written(op));
      }
    });

    it('goes on where another one was, as PyTorch does', () => {
      for (const index of (make().free ?? []).keys()) {
        const one = make();
        overwrite(one.free![index]!);
        expect(() => back(one)).not.toThrow();
      }
    });
  });

  it('does not need a factor whose other one takes no gradient', () => {
    const [a, b] = pairOf();
    a.requiresGrad = false;
    const product = a.multiply(b);
    overwrite(b);
    expect(() => product.sum().backward()).not.toThrow();
  });

  it('leaves no gradient behind where it refuses', () => {
    const [a, b] = pairOf();
    const loss = a.multiply(b).add(b).sum();
    overwrite(b);
    expect(() => loss.backward()).toThrow(written('multiply'));
    expect([a.grad, b.grad]).toEqual([null, null]);
  });

  it('says which tensor, which op, and what to do', () => {
    const [a, b] = pairOf();
    const loss = a.multiply(b).sum();
    overwrite(a);
    expect(() => loss.backward()).toThrow(
      'backward: a tensor [2] that multiply needs for its gradient was written to after multiply had used it; ' +
        "write to it (or take the optimizer's step) after backward, or run multiply again",
    );
  });

  it("refuses after an optimizer's step in between, which changed what the gradient depends on", () => {
    const weight = new dawngrad.Parameter(gpu.device, [2], dawngrad.init.constant(1));
    const other = new dawngrad.Parameter(gpu.device, [2], dawngrad.init.constant(1));
    const optimizer = new dawngrad.SGD([weight, other], { lr: 1 });
    const loss = () => weight.multiply(weight).sum();
    const [first, second] = [loss(), loss()];
    const untouched = other.multiply(other).sum();
    first.backward();
    optimizer.step();
    expect(() => second.backward()).toThrow(written('multiply'));
    // It lies beside the other in one buffer, and had no gradient.
    expect(() => untouched.backward()).not.toThrow();
  });

  it('refuses in a recorded step too, when it is recorded', () => {
    const weight = new dawngrad.Parameter(gpu.device, [2], dawngrad.init.constant(1));
    const optimizer = new dawngrad.SGD([weight], { lr: 1 });
    const wrong = () => {
      const [first, second] = [weight.multiply(weight).sum(), weight.multiply(weight).sum()];
      first.backward();
      optimizer.step();
      second.backward();
    };
    expect(() => gpu.device.record(wrong)).toThrow(written('multiply'));
  });

  it('does not take it for a write that an optimizer moved a parameter beside others', () => {
    const [a, b] = [1, 2].map(
      (value) => new dawngrad.Parameter(gpu.device, [2], dawngrad.init.constant(value)),
    );
    const loss = a!.multiply(b!).sum();
    new dawngrad.SGD([a!, b!], { lr: 1 });
    expect(() => loss.backward()).not.toThrow();
  });
});
