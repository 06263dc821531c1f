import { describe, expect, it } from 'vitest';
import type { Backward } from '../../src/autograd/backward-pass.js';
import { add } from '../../src/autograd/ops/elementwise/add.js';
import { dropout } from '../../src/autograd/ops/elementwise/dropout.js';
import { multiply } from '../../src/autograd/ops/elementwise/multiply.js';
import { relu } from '../../src/autograd/ops/elementwise/relu.js';
import { scale } from '../../src/autograd/ops/elementwise/scale.js';
import { reshape } from '../../src/autograd/ops/layout/reshape.js';
import { sum } from '../../src/autograd/ops/reductions/sum.js';
import {
  backward,
  needsGradient,
  noGrad,
  putOnTape,
  relinquish,
  type TapeOptions,
} from '../../src/autograd/tape.js';
import { DawngradError, ShapeError } from '../../src/errors/errors.js';
import { Flatten } from '../../src/nn/layers/flatten.js';
import { Sequential } from '../../src/nn/layers/sequential.js';
import { Module } from '../../src/nn/module.js';
import { from, zeros } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { keep, tidy } from '../../src/tensor/tidy.js';
import { useDevice } from '../support/device.js';

const gpu = useDevice();

/** A parameter with these values. */
function leaf(...values: number[]): Tensor {
  const x = from(gpu.device, values);
  x.requiresGrad = true;
  return x;
}

const constant = (...values: number[]) => from(gpu.device, values);

async function gradientOf(x: Tensor): Promise<number[]> {
  if (!x.grad) return expect.fail('there is no gradient');
  return [...(await x.grad.toArray())];
}

/** y = x, or the sum of several; writes its name down when the tape comes back to it. */
function logged(log: string[], name: string, ...inputs: Tensor[]): Tensor {
  const y = inputs.reduce((total, x) => noGrad(() => add(total, x)), zeros(gpu.device, inputs[0].shape));
  return putOnTape(name, y, inputs, (dy) => {
    log.push(name);
    return inputs.map(() => dy);
  });
}

/** y = x whose gradient is whatever `back` says. */
const withBackward = (x: Tensor, back: Backward, inputs = [x]): Tensor =>
  putOnTape(
    'test',
    noGrad(() => scale(x, 1)),
    inputs,
    back,
  );

describe('the order', () => {
  it('is the reverse of that on the tape, and each op comes once', () => {
    const log: string[] = [];
    const x = leaf(1);
    const a = logged(log, 'a', x);
    const b = logged(log, 'b', a);
    logged(log, 'unused', b);
    const c = logged(log, 'c', a, b, b);
    const d = logged(log, 'd', a, c);
    backward(logged(log, 'e', d, b));
    expect(log).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  it('adds up over all paths of a ladder of diamonds, visiting each op once', async () => {
    const log: string[] = [];
    const x = leaf(1);
    // 2 ** 20 paths, 20 ops
    let y = x;
    for (let i = 0; i < 20; i++) y = logged(log, `${i}`, y, y);
    backward(y);
    expect(await gradientOf(x)).toEqual([2 ** 20]);
    expect(log).toHaveLength(20);
  });

  it('goes down chains of thousands of ops', async () => {
    const x = leaf(3);
    tidy(gpu.device, () => {
      let y = x;
      for (let i = 0; i < 5000; i++) y = reshape(y, [1]);
      backward(y);
    });
    expect(await gradientOf(x)).toEqual([1]);
  });
});

describe('gradients', () => {
  it('add up where a tensor is used twice', async () => {
    const x = leaf(1, 2, 3);
    backward(sum(add(multiply(x, x), x)));
    expect(await gradientOf(x)).toEqual([3, 5, 7]);
    const twice = leaf(5);
    backward(add(twice, twice));
    expect(await gradientOf(twice)).toEqual([2]);
  });

  it('go to leaves that require them, and to nothing else', async () => {
    const [x, w] = [constant(2, 3), leaf(4, 5)];
    const y = multiply(x, w);
    const loss = sum(y);
    backward(loss);
    expect(await gradientOf(w)).toEqual([2, 3]);
    expect([x.grad, y.grad, loss.grad]).toEqual([null, null, null]);
  });

  it('add up over backward passes, until cleared', async () => {
    const x = leaf(1, 2);
    backward(sum(scale(x, 3)));
    backward(sum(scale(x, 4)));
    expect(await gradientOf(x)).toEqual([7, 7]);
    x.grad = null;
    backward(sum(scale(x, 5)));
    expect(await gradientOf(x)).toEqual([5, 5]);
  });

  it('start from the gradient that is passed, which stays as it was', async () => {
    const x = leaf(1, 2, 3);
    const gradient = constant(1, 10, 100);
    for (const expected of [
      [2, 20, 200],
      [4, 40, 400],
    ]) {
      backward(scale(x, 2), { gradient });
      expect(await gradientOf(x)).toEqual(expected);
    }
    expect([...(await gradient.toArray())]).toEqual([1, 10, 100]);
  });

  it('are 1 at a leaf that is itself the root', async () => {
    const x = leaf(5);
    backward(x);
    backward(x);
    expect(await gradientOf(x)).toEqual([2]);
  });

  it('pass by what an op has no gradient for', async () => {
    const [x, z] = [leaf(1), leaf(1)];
    const stopped = scale(x, 2);
    const y = withBackward(stopped, (dy) => [null, dy], [stopped, z]);
    backward(y);
    expect(x.grad).toBeNull();
    expect(await gradientOf(z)).toEqual([1]);
  });

  it('pass by a tensor that was told to need none after it was put on the tape', () => {
    const x = leaf(1);
    const hidden = scale(x, 2);
    const y = add(scale(hidden, 3), leaf(1));
    hidden.requiresGrad = false;
    backward(y);
    expect(x.grad).toBeNull();
  });
});

describe('memory that gradients are in', () => {
  it('is its own for each leaf, though an op passes one gradient on to both', async () => {
    const [a, b] = [leaf(1, 2), leaf(3, 4)];
    backward(sum(add(a, b)));
    a.grad?.write(Float32Array.of(8, 9));
    expect(await gradientOf(b)).toEqual([1, 1]);
    backward(sum(add(a, b)));
    expect(await gradientOf(a)).toEqual([9, 10]);
    expect(await gradientOf(b)).toEqual([2, 2]);
  });

  it("is not the caller's, though every op passes it on", async () => {
    const [x, root] = [leaf(1, 2), leaf(3, 4)];
    const gradient = constant(5, 6);
    backward(reshape(add(x, 1), [2]), { gradient });
    backward(root, { gradient });
    gradient.write(Float32Array.of(0, 0));
    expect(await gradientOf(x)).toEqual([5, 6]);
    expect(await gradientOf(root)).toEqual([5, 6]);
    backward(root, { gradient });
    expect(gradient.disposed).toBe(false);
  });

  it('is given back, except for that of the leaves', () => {
    const [x, w] = [leaf(...Array(1000).keys()), leaf(...Array(1000).keys())];
    const hidden = relu(multiply(x, w));
    const y = sum(add(add(hidden, x), hidden));
    const before = gpu.device.memory.used;
    backward(y);
    expect(gpu.device.memory.used).toBe(before + 2 * 4096);
    expect([x, w, hidden, y].map((tensor) => tensor.disposed)).toEqual([false, false, false, false]);
    x.grad?.dispose();
    w.grad?.dispose();
    expect(gpu.device.memory.used).toBe(before);
  });

  it('is given back of what only the tape needs: when the op that reads it was walked, or at once', async () => {
    const x = leaf(...Array(1000).keys());
    const key = from(gpu.device, [1, 2], 'u32');
    const read = relu(x);
    const unread = dropout(read, 0.5, { key });
    const y = dropout(unread, 0.5, { key });
    relinquish(read);
    relinquish(unread);
    expect([read.disposed, unread.disposed]).toEqual([false, true]);
    backward(sum(y));
    expect(read.disposed).toBe(true);
    // Twice the same mask: y is 0 or 4 x.
    expect(await gradientOf(x)).toEqual([...(await y.toArray())].map((value) => (value > 0 ? 4 : 0)));
  });

  it('is given back of what only the tape needs before the op goes back that made it, unless that reads it', () => {
    const x = leaf(1, 2, 3);
    const gone: boolean[] = [];
    const doubled = (input: Tensor, reads: (output: Tensor) => Tensor[]): Tensor => {
      const output = scale(input, 2);
      const way = (dy: Tensor) => {
        gone.push(output.disposed);
        return [scale(dy, 2)];
      };
      return putOnTape('doubled', output, [input], way, { reads: reads(output) });
    };
    const unread = doubled(x, () => []);
    const read = doubled(relu(unread), (output) => [output]);
    const y = multiply(read, unread);
    for (const tensor of [unread, read]) relinquish(tensor);
    backward(sum(y), { retainGraph: true });
    backward(sum(y));
    expect(gone).toEqual([false, false, false, true]);
    expect(read.disposed).toBe(true);
  });

  it('is given back where an op computes a gradient that nobody needs', () => {
    const [x, w] = [constant(1, 2), leaf(1, 2)];
    const y = withBackward(x, (dy) => [scale(dy, 1), scale(dy, 2)], [x, w]);
    const gradient = constant(1, 1);
    const before = gpu.device.memory.used;
    backward(y, { gradient });
    expect(gpu.device.memory.used).toBe(before + 256);
  });

  it('stays level over steps in a tidy, whose end the gradients outlive', async () => {
    const w = leaf(1, 2);
    const levels = [1, 2, 3].map(() => {
      tidy(gpu.device, () => backward(sum(multiply(w, w))));
      return gpu.device.memory.used;
    });
    expect(await gradientOf(w)).toEqual([6, 12]);
    expect(new Set(levels).size).toBe(1);
  });
});

describe('the tape', () => {
  it('can be kept, and walked again', async () => {
    const x = leaf(1, 2);
    const y = sum(multiply(x, x));
    backward(y, { retainGraph: true });
    const once = await gradientOf(x);
    backward(y);
    expect(await gradientOf(x)).toEqual(once.map((value) => 2 * value));
    expect(() => backward(y)).toThrow('was already walked');
  });

  it('is used up otherwise: a second walk is refused, and changes nothing', async () => {
    const x = leaf(1, 2);
    const y = sum(multiply(x, x));
    backward(y);
    expect(() => backward(y)).toThrow(
      new DawngradError(
        'backward: the tape of a tensor [] was already walked; ' +
          'pass retainGraph: true to the backward before this one to walk it twice',
      ),
    );
    expect(await gradientOf(x)).toEqual([2, 4]);
  });

  it('is refused where only a part of it was used up, rather than lose that part of the gradient', async () => {
    const x = leaf(1, 2);
    const hidden = multiply(x, x);
    const [first, second] = [sum(hidden), sum(scale(hidden, 3))];
    backward(first);
    expect(() => backward(second)).toThrow('backward: the tape of a tensor [2] was already walked');
    expect(await gradientOf(x)).toEqual([2, 4]);
  });

  it('may have been used up in a part that was since told to need no gradient', async () => {
    const [x, w] = [leaf(1, 2), leaf(3, 4)];
    const hidden = multiply(x, x);
    backward(sum(hidden));
    hidden.requiresGrad = false;
    backward(sum(multiply(hidden, w)));
    expect(await gradientOf(w)).toEqual([1, 4]);
    expect(await gradientOf(x)).toEqual([2, 4]);
  });

  it('can be shared by two roots if the first walk keeps it', async () => {
    const x = leaf(1, 2);
    const hidden = multiply(x, x);
    const [first, second] = [sum(hidden), sum(scale(hidden, 3))];
    backward(first, { retainGraph: true });
    backward(second);
    expect(await gradientOf(x)).toEqual([8, 16]);
  });

  it('lets go of what its ops had kept, once walked', () => {
    const x = leaf(1);
    const y = multiply(x, x);
    expect(y.node).toHaveProperty('backward', expect.any(Function));
    backward(y);
    expect(y.node).not.toHaveProperty('backward');
  });

  it('holds nothing that depends on no parameter', () => {
    const y = multiply(constant(1), constant(2));
    expect(y).toMatchObject({ requiresGrad: false, node: undefined });
    expect(needsGradient([constant(1), leaf(1)])).toBe(true);
    expect(needsGradient([constant(1)])).toBe(false);
  });
});

describe('noGrad', () => {
  it('puts nothing on the tape, nested or not, and returns what the work returns', () => {
    const x = leaf(2);
    const [outer, inner, still] = noGrad(() => [scale(x, 2), noGrad(() => scale(x, 3)), scale(x, 4)]);
    for (const y of [outer, inner, still]) expect(y.requiresGrad).toBe(false);
    expect(scale(x, 2).requiresGrad).toBe(true);
    expect(noGrad(() => needsGradient([x]))).toBe(false);
  });

  it('ends when its work throws', () => {
    const failing = () =>
      noGrad(() => {
        throw new Error('inside');
      });
    expect(failing).toThrow('inside');
    expect(needsGradient([leaf(1)])).toBe(true);
  });

  it('is how backward works, and ends when an op throws there', () => {
    const x = leaf(1);
    let neededInside = true;
    const watched = withBackward(x, (dy) => {
      neededInside = needsGradient([x]);
      return [dy];
    });
    backward(watched);
    expect(neededInside).toBe(false);

    const failing = withBackward(x, () => {
      throw new Error('on the way back');
    });
    expect(() => backward(failing)).toThrow('on the way back');
    expect(needsGradient([x])).toBe(true);
  });
});

describe('backward refuses', () => {
  it('a tensor that depends on nothing differentiable', () => {
    expect(() => backward(scale(constant(1), 2))).toThrow(
      new DawngradError('backward: tensor [1] does not depend on anything that requires a gradient'),
    );
    expect(() => backward(noGrad(() => scale(leaf(1), 2)))).toThrow('does not depend on anything');
  });

  it('a root with several elements and no gradient', () => {
    expect(() => backward(scale(leaf(1, 2), 2))).toThrow(
      new ShapeError('backward', '[2] is not a scalar; pass { gradient } of that shape'),
    );
  });

  it('a gradient of another shape or type', () => {
    const x = leaf(1, 2);
    expect(() => backward(scale(x, 2), { gradient: zeros(gpu.device, [2, 1]) })).toThrow(
      new ShapeError('backward', 'gradient [2, 1] for a tensor [2]'),
    );
    expect(() => backward(scale(x, 2), { gradient: zeros(gpu.device, [2], 'u32') })).toThrow(
      'backward: gradient [2] has elements of type u32, expected f32',
    );
    expect(x.grad).toBeNull();
  });

  it('to use what was disposed of in between', () => {
    const [x, w] = [leaf(1, 2), leaf(3, 4)];
    const y = sum(multiply(x, w));
    w.dispose();
    expect(() => backward(y)).toThrow('using a tensor [2] that was disposed of');
  });
});

describe('a graph that outlives its tidy', () => {
  it('needs its activations kept, and says so', async () => {
    const x = leaf(-1, 2);
    const lost = tidy(gpu.device, () => sum(relu(scale(x, 2))));
    expect(() => backward(lost)).toThrow('return it from tidy(), or keep() it');
    const kept = tidy(gpu.device, () => sum(keep(relu(scale(x, 2)))));
    backward(kept);
    expect(await gradientOf(x)).toEqual([0, 2]);
  });
});

describe('what an op says of its backward pass', () => {
  /** y = x, with a gradient that reads x, which `options` may not say. */
  const reading = (x: Tensor, options: TapeOptions) =>
    putOnTape(
      'reading',
      noGrad(() => scale(x, 1)),
      [x],
      (dy) => [multiply(dy, x)],
      options,
    );

  const message =
    /^reading: its backward pass uses the values of input 0, a tensor \[2\], which `reads` does not name; add it/;

  it('is held to: values that it does not name are withheld from it', async () => {
    const x = leaf(1, 2);
    expect(() => backward(sum(reading(x, { reads: [] })))).toThrow(message);
    expect(() => backward(sum(add(reading(x, { reads: [] }), x)))).toThrow(message);
    // They are its alone to do without.
    expect([...(await x.toArray())]).toEqual([1, 2]);
    backward(sum(reading(x, { reads: [x] })));
    backward(sum(reading(x, {})));
    expect(await gradientOf(x)).toEqual([2, 4]);
  });

  it('is held to within a Sequential, which has given those values back', () => {
    class Reading extends Module {
      forward = (x: Tensor) => reading(x, { reads: [] });
    }
    const model = new Sequential(new Flatten(0), new Reading());
    expect(() => backward(sum(model.forward(leaf(1, 2))))).toThrow(message);
    const deep = new Sequential(new Reading(), new Reading());
    expect(() => backward(sum(deep.forward(leaf(1, 2))))).toThrow(message);
  });

  it.each<[string, Backward, string]>([
    [
      'fewer gradients than inputs',
      () => [],
      'returned []; it must return an array, with a gradient or null for each',
    ],
    ['no array', () => null as never, 'returned null; it must return an array'],
    ['something else', () => [3] as never, 'returned [3]; it must return an array'],
    ['another shape', (dy) => [dy.view([1, 2])], 'returned a gradient [1, 2] for input 0, which is [2]'],
    ['more than inputs', (dy) => [dy, dy], 'returned a gradient [2] for input 1, which there is not'],
  ])('is held to: %s', (_, back, wrong) => {
    const y = withBackward(leaf(1, 2), back);
    expect(() => backward(sum(y))).toThrow(`test: its backward pass ${wrong}`);
  });

  it('is refused where the output is an input', () => {
    const x = leaf(1, 2);
    expect(() => putOnTape('same', x, [x], (dy) => [dy])).toThrow('same: output is one of its inputs');
  });
});
