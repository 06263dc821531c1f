import { describe, expect, it } from 'vitest';
import { ArgumentError, ShapeError } from '../../src/errors/errors.js';
import { constant, normal } from '../../src/nn/init.js';
import { GlobalAvgPool2d } from '../../src/nn/layers/global-avg-pool2d.js';
import { BatchNorm2d } from '../../src/nn/layers/normalisation/batch-norm2d.js';
import { ReLU } from '../../src/nn/layers/relu.js';
import { Sequential } from '../../src/nn/layers/sequential.js';
import { Module } from '../../src/nn/module.js';
import { Parameter } from '../../src/nn/parameter.js';
import type { HostArray } from '../../src/nn/state.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { tidy } from '../../src/tensor/tidy.js';
import { useDevice } from '../support/device.js';

const gpu = useDevice();

/** A module with a weight, that refuses inputs of any shape but its own. */
class Gain extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(length = 2, bias = true) {
    super();
    this.weight = new Parameter(gpu.device, [length], constant(1));
    this.bias = bias ? new Parameter(gpu.device, [length], constant(0)) : null;
  }

  forward(x: Tensor): Tensor {
    return this.attempt(() => {
      if (x.size !== this.weight.size) throw new ShapeError('gain', 'sizes differ');
      return x;
    });
  }
}

/** Everything that a field may be. */
class Tree extends Module {
  readonly first = new Gain(2, false);
  readonly layers = [new Gain(3), new Gain(4)];
  readonly lastNorm = new BatchNorm2d(gpu.device, 5);
  readonly scaleFactor = new Parameter(gpu.device, [], constant(1));
  readonly options = { weight: 'not a tensor' };

  forward(x: Tensor): Tensor {
    return this.layers[1]!.forward(x);
  }
}

/** One whose fields hold its layers in every way that can be looked into. */
class Nested extends Module {
  readonly heads: Readonly<Record<string, Module>> = { cat: new Gain(1, false), oldDog: new Gain(2, false) };
  readonly byName = new Map<string, Module>([['first', new Gain(3, false)]]);
  readonly blocks = [[new Gain(4, false)], { inner: [new Gain(5, false)] }];
  readonly loose = [new Parameter(gpu.device, [6], constant(0))];
  /** What goes round in a circle is gone through once. */
  readonly cyclic: unknown[] = [new Gain(7, false)];

  constructor() {
    super();
    this.cyclic.push(this.cyclic);
  }

  forward(x: Tensor): Tensor {
    return x;
  }
}

const shapes = (tensors: ReadonlyMap<string, Tensor>) =>
  Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]));

describe('Module', () => {
  it('finds what is in arrays, Maps and plain objects, at any depth', () => {
    const nested = new Nested();
    expect(shapes(nested.stateDict())).toEqual({
      'loose.0': [6],
      'heads.cat.weight': [1],
      'heads.oldDog.weight': [2],
      'by_name.first.weight': [3],
      'blocks.0.0.weight': [4],
      'blocks.1.inner.0.weight': [5],
      'cyclic.0.weight': [7],
    });
    nested.eval();
    expect(nested.modules().map(({ training }) => training)).toEqual(new Array(7).fill(false));
    expect(`${nested.heads.oldDog}`).toBe('Gain "heads.oldDog"');
  });

  it('a Sequential finds what a class that extends it has besides', () => {
    class Branched extends Sequential {
      readonly side = new Gain(1, false);
      readonly first: Module;

      constructor() {
        const first = new Gain(2, false);
        super(first);
        this.first = first;
      }
    }
    expect([...new Branched().namedParameters().keys()]).toEqual(['0.weight', 'side.weight']);
  });

  it('is in evaluation while something runs, and then each part in the mode that it was in', () => {
    const tree = new Tree();
    tree.layers[1]!.eval();
    const modes = () => tree.modules().map(({ training }) => training);
    const before = modes();
    expect(before).toEqual([true, true, true, false, true]);
    expect(tree.evaluating(modes)).toEqual(new Array(5).fill(false));
    expect(modes()).toEqual(before);
    const failing = () => {
      throw new RangeError('half-way');
    };
    expect(() => tree.evaluating(failing)).toThrow(RangeError);
    expect(modes()).toEqual(before);
  });

  it("names parameters and buffers in PyTorch's way, its own first, then those of its children in order", () => {
    const tree = new Tree();
    expect(shapes(tree.stateDict())).toEqual({
      scale_factor: [],
      'first.weight': [2],
      'layers.0.weight': [3],
      'layers.0.bias': [3],
      'layers.1.weight': [4],
      'layers.1.bias': [4],
      'last_norm.weight': [5],
      'last_norm.bias': [5],
      'last_norm.running_mean': [5],
      'last_norm.running_var': [5],
    });
    expect([...tree.stateDict().keys()][0]).toBe('scale_factor');
    expect([...tree.namedBuffers().keys()]).toEqual(['last_norm.running_mean', 'last_norm.running_var']);
    expect(tree.parameters().length + tree.namedBuffers().size).toBe(tree.stateDict().size);
    expect(tree.parameters().every(({ requiresGrad }) => requiresGrad)).toBe(true);
    expect([...tree.namedBuffers().values()].some(({ requiresGrad }) => requiresGrad)).toBe(false);
    expect([...tree.children().keys()]).toEqual(['first', 'layers.0', 'layers.1', 'last_norm']);
  });

  it('that takes no arguments takes none', () => {
    const inPlace = { inplace: true } as never;
    expect(() => new ReLU(inPlace)).toThrow(/^ReLU: arguments are \[{ inplace: true }\]. it takes none/);
    expect(() => new GlobalAvgPool2d(inPlace)).toThrow(/^GlobalAvgPool2d: /);
  });

  it('lists a shared parameter once', () => {
    const shared = new Gain();
    expect([...new Sequential(shared, shared).namedParameters().keys()]).toEqual(['0.weight', '0.bias']);
  });

  it('Sequential names its modules by number or by key', () => {
    expect([...new Sequential(new Gain(), new Gain(2, false)).stateDict().keys()]).toEqual([
      '0.weight',
      '0.bias',
      '1.weight',
    ]);
    const named = new Sequential({ block1: new Sequential({ conv: new Gain() }), norm: new Gain(2, false) });
    expect([...named.stateDict().keys()]).toEqual(['block1.conv.weight', 'block1.conv.bias', 'norm.weight']);
    expect(new Sequential().stateDict().size).toBe(0);
  });

  it('errors name the module and its place', () => {
    const x = new Parameter(gpu.device, [3], constant(0));
    const model = new Sequential({ block1: new Sequential({ gain: new Gain(3), next: new Gain(2) }) });
    expect(() => model.forward(x)).toThrow(new ShapeError('Gain "block1.next"', 'sizes differ'));
    expect(() => new Gain().forward(x)).toThrow(new ShapeError('Gain', 'sizes differ'));
    const tree = new Tree();
    tree.parameters();
    expect(() => tree.forward(x)).toThrow(new ShapeError('Gain "layers.1"', 'sizes differ'));
  });

  it('train and eval reach every module', () => {
    const tree = new Tree();
    expect(tree.lastNorm.training).toBe(true);
    expect(tree.eval()).toBe(tree);
    expect([tree, tree.first, ...tree.layers, tree.lastNorm].map(({ training }) => training)).toEqual(
      Array(5).fill(false),
    );
    expect(tree.train().layers[1]!.training).toBe(true);
  });

  it('zeroGrad forgets gradients and gives their memory back', () => {
    const gain = new Gain();
    const gradient = new Parameter(gpu.device, [2], constant(1));
    gain.weight.grad = gradient;
    gain.zeroGrad();
    expect(gain.weight.grad).toBe(null);
    expect(gradient.disposed).toBe(true);
  });

  it('parameters and buffers outlive the tidy that they were made in', async () => {
    let norm: BatchNorm2d | undefined;
    tidy(gpu.device, () => {
      norm = new BatchNorm2d(gpu.device, 2);
    });
    expect([...(await norm!.weight!.toArray()), ...(await norm!.runningMean!.toArray())]).toEqual([
      1, 1, 0, 0,
    ]);
  });
});

describe('a module that is found in itself', () => {
  /** Knows the module around it. */
  class Inner extends Module {
    readonly gain = new Gain(2);
    constructor(readonly outer: Module) {
      super();
    }
    override forward(x: Tensor): Tensor {
      return this.gain.forward(x);
    }
  }
  class Outer extends Module {
    readonly inner = new Inner(this);
    readonly itself = [this];
    override forward(x: Tensor): Tensor {
      return this.inner.forward(x);
    }
  }

  it('is listed, named, switched and loaded once, like all others', () => {
    const net = new Outer();
    expect([...net.stateDict().keys()]).toEqual(['inner.gain.weight', 'inner.gain.bias']);
    expect(net.modules()).toEqual([net, net.inner, net.inner.gain]);
    expect(net.inner.gain.path).toBe('inner.gain');
    net.eval();
    expect(net.modules().map(({ training }) => training)).toEqual([false, false, false]);
    net.train();
    expect(net.modules().map(({ training }) => training)).toEqual([true, true, true]);
    expect(() => net.loadStateDict(new Outer().stateDict())).not.toThrow();
  });
});

describe('loadStateDict', () => {
  it('copies in place from another model, and from host arrays', async () => {
    const source = new BatchNorm2d(gpu.device, 2);
    source.runningMean!.write(Float32Array.of(3, 4));
    const target = new BatchNorm2d(gpu.device, 2);
    const { weight, runningMean } = target;
    target.loadStateDict(source.stateDict());
    expect(target.runningMean).toBe(runningMean);
    expect([...(await runningMean!.toArray())]).toEqual([3, 4]);

    source.runningMean!.write(Float32Array.of(7, 7));
    expect([...(await runningMean!.toArray())], 'a copy, not a view').toEqual([3, 4]);

    const state = new Map(
      [...target.stateDict().keys()].map((name) => [name, { shape: [2], values: Float32Array.of(5, 6) }]),
    );
    target.loadStateDict(state);
    expect([...(await weight!.toArray())]).toEqual([5, 6]);
  });

  it("tolerates PyTorch's num_batches_tracked", () => {
    const model = new Sequential(new BatchNorm2d(gpu.device, 1));
    const saved: [string, Tensor | HostArray][] = [...model.stateDict()];
    saved.push(['0.num_batches_tracked', { shape: [], values: Float32Array.of(12) }]);
    expect(() => model.loadStateDict(new Map(saved))).not.toThrow();
  });

  it('lists what is missing, unexpected and of another shape, and then loads nothing', async () => {
    const target = new Sequential(new Gain(2), new Gain(3, false));
    const array = (length: number) => ({ shape: [length], values: new Float32Array(length).fill(9) });
    const state = new Map(Object.entries({ '0.weight': array(2), '1.weight': array(4), '2.bias': array(1) }));
    expect(() => target.loadStateDict(state)).toThrow(
      new ShapeError(
        'loading the state of Sequential',
        'it was saved from something else\n' +
          '  missing: 0.bias\n' +
          '  unexpected: 2.bias\n' +
          '  of another shape: 1.weight [4], expected [3]',
      ),
    );
    expect([...(await target.parameters()[0]!.toArray())]).toEqual([1, 1]);
  });

  it.each([
    ['bare arrays', Float32Array.of(1, 2)],
    ['numbers that the engine does not load', { shape: [2], values: Float64Array.of(1, 2) }],
    ['fewer values than the shape says', { shape: [2], values: Float32Array.of(1) }],
    ['nothing', null],
  ])('refuses a state of %s', (_, value) => {
    const state = new Map(Object.entries({ weight: value, bias: value })) as never;
    expect(() => new Gain(2).loadStateDict(state)).toThrow(ArgumentError);
  });

  it.each([
    ['missing: bias', { weight: [2] }],
    ['unexpected: scale', { weight: [2], bias: [2], scale: [2] }],
    ['of another shape: bias [2, 1], expected [2]', { weight: [2], bias: [2, 1] }],
  ])('one problem is enough: %s', (problem, shapes) => {
    const arrays = Object.entries(shapes).map(([name, shape]) => [
      name,
      { shape, values: new Float32Array(2) },
    ]);
    expect(() => new Gain(2).loadStateDict(new Map(arrays as [string, HostArray][]))).toThrow(problem);
  });
});

describe('Parameter', () => {
  it('starts from the seed of the device and the number of parameters before it', async () => {
    const first = new Parameter(gpu.device, [4], normal(1));
    const second = new Parameter(gpu.device, [4], normal(1));
    expect(await first.toArray()).not.toEqual(await second.toArray());
    expect(first.requiresGrad).toBe(true);
  });
});
