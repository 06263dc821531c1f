import { describe, expect, it, vi } from 'vitest';
import { relu } from '../../../src/autograd/ops/elementwise/relu.js';
import { sum } from '../../../src/autograd/ops/reductions/sum.js';
import { backward, noGrad } from '../../../src/autograd/tape.js';
import type { Device } from '../../../src/gpu/device.js';
import { tracing } from '../../../src/gpu/program/origin.js';
import { fusedInto } from '../../../src/inspect/explain/fusion.js';
import { sourceLines } from '../../../src/inspect/explain/source-lines.js';
import { withOrigins } from '../../../src/inspect/explain/with-origins.js';
import { randomState } from '../../../src/kernels/random-key.js';
import { aroundForward, withLayerScopes } from '../../../src/nn/around-forward.js';
import { Dropout } from '../../../src/nn/layers/dropout.js';
import { MaxPool2d } from '../../../src/nn/layers/max-pool2d.js';
import { Sequential } from '../../../src/nn/layers/sequential.js';
import { CrossEntropyLoss } from '../../../src/nn/loss.js';
import { models } from '../../../src/nn/models/index.js';
import type { Module } from '../../../src/nn/module.js';
import { SGD } from '../../../src/nn/optim/sgd.js';
import { fromArray, randn } from '../../../src/tensor/create.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { tidy } from '../../../src/tensor/tidy.js';
import { random64 } from '../../reference/random.js';
import { useDevice } from '../../support/device.js';
import { upload } from '../../support/expect-op.js';

const POOL = { kernelSize: 3, stride: 2, ceilMode: true };
const TOGETHER = ['randomKey.next', 'maxPool.forwardWithArgmax'];
const APART = ['maxPool.forwardWithArgmax', 'randomKey.next', 'dropout'];

/** Have somebody look at what each layer makes: nothing is done together then. */
const watched = <T>(model: Module, work: () => T): T =>
  aroundForward([model], (_, forward) => forward(), work);

const gpu = useDevice({ seed: 5 });

describe('a pool and a dropout behind it, in a Sequential', () => {
  const input = (requiresGrad = true): Tensor => {
    const x = upload(gpu.device, random64([2, 3, 7, 8], 1));
    x.requiresGrad = requiresGrad;
    return x;
  };
  const labels = (work: () => unknown): string[] =>
    gpu.device.plan(() => void work()).launches.map(({ label }) => label);
  const forward = (model: Module, x = input()) => labels(() => model.forward(x));

  it('are done together, forward and backward', () => {
    const model = new Sequential(new MaxPool2d(POOL), new Dropout());
    const [x, gradient] = [input(), randn(gpu.device, [2, 3, 3, 4])];
    const step = () => backward(model.forward(x), { gradient });
    expect(labels(step)).toEqual([...TOGETHER, 'maxPool.backward']);
  });

  it.each<[string, (x: Tensor) => string[], string[]]>([
    [
      'nothing is dropped in evaluation',
      (x) => forward(new Sequential(new MaxPool2d(POOL), new Dropout()).eval(), x),
      APART.slice(0, 1),
    ],
    [
      'nothing is dropped with p = 0',
      (x) => forward(new Sequential(new MaxPool2d(POOL), new Dropout(0)), x),
      APART.slice(0, 1),
    ],
    [
      'nothing goes on the tape',
      (x) => noGrad(() => forward(new Sequential(new MaxPool2d(POOL), new Dropout()), x)),
      ['maxPool.forward', ...APART.slice(1)],
    ],
    [
      'the pool is dilated',
      (x) => forward(new Sequential(new MaxPool2d({ kernelSize: 2, dilation: [1, 2] }), new Dropout()), x),
      APART,
    ],
    [
      'somebody looks at what each layer makes',
      (x) => {
        const model = new Sequential(new MaxPool2d(POOL), new Dropout());
        return watched(model, () => forward(model, x));
      },
      APART,
    ],
  ])('are done one after the other where %s', (_, work, expected) => {
    expect(work(input())).toEqual(expected);
  });

  it('are done one after the other where x needs no gradient', () => {
    const model = new Sequential(new MaxPool2d(POOL), new Dropout());
    expect(forward(model, input(false))).toEqual(['maxPool.forward', ...APART.slice(1)]);
  });

  it('have another forward called, of a class that extends theirs, of one layer or put into a class', () => {
    const calls: string[] = [];
    class OwnPool extends MaxPool2d {
      override forward(x: Tensor): Tensor {
        calls.push('pool');
        return super.forward(x);
      }
    }
    class OwnDropout extends Dropout {
      override forward(x: Tensor): Tensor {
        calls.push('dropout');
        return super.forward(x);
      }
    }
    class Renamed extends MaxPool2d {}
    expect(forward(new Sequential(new OwnPool(POOL), new Dropout()))).toEqual(APART);
    expect(forward(new Sequential(new MaxPool2d(POOL), new OwnDropout()))).toEqual(APART);
    expect(calls).toEqual(['pool', 'dropout']);
    const hooked = new Dropout();
    hooked.forward = (x) => {
      calls.push('hook');
      return Dropout.prototype.forward.call(hooked, x);
    };
    expect(forward(new Sequential(new MaxPool2d(POOL), hooked))).toEqual(APART);
    expect(calls).toEqual(['pool', 'dropout', 'hook']);
    expect(forward(new Sequential(new Renamed(POOL), new Dropout()))).toEqual(TOGETHER);
    const patched = vi.spyOn(MaxPool2d.prototype, 'forward');
    expect(forward(new Sequential(new MaxPool2d(POOL), new Dropout()))).toEqual(APART);
    expect(patched).toHaveBeenCalledTimes(1);
    patched.mockRestore();
    expect(forward(new Sequential(new MaxPool2d(POOL), new Dropout()))).toEqual(TOGETHER);
  });

  it('are each the one that an error names, and no key is drawn for one', async () => {
    const before = await randomState(gpu.device).read();
    const model = new Sequential({ pool: new MaxPool2d({ kernelSize: 9 }), drop: new Dropout() });
    expect(() => model.forward(input())).toThrow(
      /^MaxPool2d "pool": a 9 x 9 window .* does not fit into 7 x 8/,
    );
    const wrong = new Sequential({ pool: new MaxPool2d(POOL), drop: new Dropout() });
    Object.assign(wrong.children().get('drop')!, { p: 2 });
    expect(() => wrong.forward(input())).toThrow('Dropout "drop": p is 2; it must be at least 0 and below 1');
    expect(await randomState(gpu.device).read()).toEqual(before);
  });

  it.each<[string, unknown]>([
    ['p', '0.5'],
    ['p', [0.5]],
    ['training', 'yes'],
  ])('refuse a %s of %o as one after the other', (field, value) => {
    const drop = Object.assign(new Dropout(), { [field]: value });
    expect(() => new Sequential({ pool: new MaxPool2d(POOL), drop }).forward(input())).toThrow(
      `Dropout "drop": ${field} is `,
    );
  });

  it('refuse what is no tensor, by the name of the first', () => {
    const model = new Sequential({ pool: new MaxPool2d(POOL), drop: new Dropout() });
    for (const wrong of [undefined, null, 3]) {
      expect(() => model.forward(wrong as never)).toThrow(
        `MaxPool2d "pool": input is ${wrong}, not a Tensor`,
      );
    }
  });

  it('are called by whoever called the Sequential, and not by each other', () => {
    const model = new Sequential({ pool: new MaxPool2d(POOL), drop: new Dropout() });
    const x = input();
    const { launches } = gpu.device.plan(() => withOrigins([model], () => backward(sum(model.forward(x)))));
    const lines = launches
      .filter(({ origin }) => origin?.layer)
      .map(({ label, calls }) => [label, sourceLines(calls!).map((line) => line.replace(/:\d+$/, ''))]);
    expect(lines).toEqual(
      [...TOGETHER, 'maxPool.backward'].map((label) => [label, ['test/nn/layers/together.test.ts']]),
    );
  });

  it('keep their names where launches are traced to layers, and say what is spared', () => {
    const model = new Sequential({ pool: new MaxPool2d(POOL), drop: new Dropout() });
    const x = input();
    const traced = gpu.device.plan(() => {
      withLayerScopes([model], () => tracing(() => backward(sum(model.forward(relu(x))))));
    }).launches;
    const found = traced.flatMap(({ label, origin }) =>
      origin?.layer ? [[label, origin.layer, origin.op, origin.direction]] : [],
    );
    expect(found).toEqual([
      ['randomKey.next', 'drop', 'dropout', 'forward'],
      ['maxPool.forwardWithArgmax', 'pool', 'maxPool2d', 'forward'],
      ['maxPool.backward', 'pool', 'maxPool2d', 'backward'],
    ]);
    const windows = 2 * 3 * 3 * 4;
    const spared = (label: string) => fusedInto(traced.find((launch) => launch.label === label)!);
    expect(spared('maxPool.forwardWithArgmax')).toEqual([
      { pass: 'relu backward', bytes: 3 * x.bytes },
      { pass: 'dropout', bytes: 8 * windows },
    ]);
    expect(spared('maxPool.backward')).toEqual([{ pass: 'dropout', bytes: 8 * windows }]);
    // Nobody notes layers that were not asked for.
    const others = gpu.device.plan(() => tracing(() => void model.forward(x))).launches;
    expect(others.map(({ origin }) => origin?.layer)).toEqual(['', '']);
  });
});

describe('a training step of nin-cifar10', () => {
  const [one, twin] = [useDevice({ seed: 7 }), useDevice({ seed: 7 })];

  function start(device: Device) {
    const model = models.get('nin-cifar10')!.build(device, { width: 0.05 });
    const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
    const loss = new CrossEntropyLoss();
    const images = randn(device, [4, 3, 32, 32], { seed: 1, stream: 0 });
    const labels = fromArray(device, Uint32Array.of(3, 1, 4, 1), [4]);
    const step = () =>
      tidy(device, () => {
        optimizer.zeroGrad();
        backward(loss.forward(model.forward(images), labels));
        optimizer.step();
      });
    return { model, step };
  }

  it('takes four launches less, and dropout none of its own', () => {
    const { model, step } = start(gpu.device);
    const launches = () => gpu.device.plan(step).launches.map(({ label }) => label);
    const [together, apart] = [launches(), watched(model, launches)];
    expect(together.length).toBe(apart.length - 4);
    const without = (labels: string[]) => labels.filter((label) => label !== 'dropout').sort();
    expect(without(apart).length).toBe(together.length);
    expect(together.sort()).toEqual(without(apart));
  });

  it('has the same bits, and draws the same keys', async () => {
    const trained = async (device: Device, around: (model: Module, work: () => void) => void) => {
      const { model, step } = start(device);
      for (let i = 0; i < 2; i++) around(model, step);
      const state = model.parameters().map((parameter) => parameter.toArray());
      return [await randomState(device).read(), ...(await Promise.all(state))];
    };
    const found = await trained(one.device, (_, work) => work());
    expect(
      found.slice(1).every((values) => Array.from(values as ArrayLike<number>).every(Number.isFinite)),
    ).toBe(true);
    expect(found).toEqual(await trained(twin.device, watched));
  });
});
