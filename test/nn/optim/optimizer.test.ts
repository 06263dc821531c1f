import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { multiply } from '../../../src/autograd/ops/elementwise/multiply.js';
import { reshape } from '../../../src/autograd/ops/layout/reshape.js';
import { crossEntropy } from '../../../src/autograd/ops/losses/cross-entropy.js';
import { linear } from '../../../src/autograd/ops/products/linear.js';
import { backward } from '../../../src/autograd/tape.js';
import { ArgumentError } from '../../../src/errors/errors.js';
import { reluForward } from '../../../src/kernels/elementwise/relu.js';
import { launch } from '../../../src/kernels/kernel.js';
import { constant, normal } from '../../../src/nn/init.js';
import { Adam } from '../../../src/nn/optim/adam.js';
import { AdamW } from '../../../src/nn/optim/adamw.js';
import type { Optimizer } from '../../../src/nn/optim/optimizer.js';
import type { RateOptions } from '../../../src/nn/optim/options.js';
import { RMSprop } from '../../../src/nn/optim/rmsprop.js';
import { SGD } from '../../../src/nn/optim/sgd.js';
import { Parameter } from '../../../src/nn/parameter.js';
import type { HostArray } from '../../../src/nn/state.js';
import { fromArray } from '../../../src/tensor/create.js';
import { uniformValues } from '../../../src/tensor/random.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { expectClose } from '../../support/close.js';
import { useDevice } from '../../support/device.js';

const gpu = useDevice();
const elsewhere = useDevice();

interface Case {
  name: string;
  options: never;
  inputs: Record<'parameter' | 'gradients', { data: number[] }>;
  outputs: { parameters: { data: number[] } };
}
const casesOf = (op: string) =>
  JSON.parse(readFileSync(new URL(`../../fixtures/${op}.json`, import.meta.url), 'utf8')).cases as Case[];

const parameterOf = (values: readonly number[]) =>
  new Parameter(gpu.device, [values.length], () => Float32Array.from(values));

/** One step with the given gradients. */
function stepWith(
  optimizer: Optimizer<RateOptions>,
  parameters: readonly Parameter[],
  gradients: readonly (readonly number[])[],
): void {
  optimizer.zeroGrad();
  parameters.forEach((parameter, index) => {
    parameter.grad = fromArray(gpu.device, Float32Array.from(gradients[index]!), parameter.shape);
  });
  optimizer.step();
}

const makers = {
  sgd: (parameters: Parameter[], options: never) => new SGD(parameters, options),
  adam: (parameters: Parameter[], options: never) => new Adam(parameters, options),
  adamw: (parameters: Parameter[], options: never) => new AdamW(parameters, options),
  rmsprop: (parameters: Parameter[], options: never) => new RMSprop(parameters, options),
};

describe.each(['sgd', 'adam', 'adamw', 'rmsprop'] as const)("%s takes PyTorch's steps", (op) => {
  it.each(casesOf(op))('$name', async ({ options, inputs, outputs }) => {
    const parameter = parameterOf(inputs.parameter.data);
    const optimizer = makers[op]([parameter], options) as Optimizer<RateOptions>;
    const length = parameter.size;
    for (let step = 0; step * length < inputs.gradients.data.length; step++) {
      stepWith(optimizer, [parameter], [inputs.gradients.data.slice(step * length, (step + 1) * length)]);
      const expected = outputs.parameters.data.slice(step * length, (step + 1) * length);
      expectClose(await parameter.toArray(), expected, {
        relative: 1e-6,
        absolute: 1e-6,
        label: `after step ${step + 1}`,
      });
    }
  });
});

it('AdamW is Adam with decoupled decay of 0.01, unless told otherwise', () => {
  const optionsOf = (options?: object) => new AdamW([parameterOf([1])], options).groups[0]!.options;
  expect(optionsOf()).toMatchObject({ weightDecay: 0.01, decoupled: true, lr: 1e-3 });
  expect(optionsOf({ weightDecay: 0, lr: undefined })).toMatchObject({ weightDecay: 0, lr: 1e-3 });
  expect(() => optionsOf({ decoupled: false })).toThrow('AdamW: decoupled is not an option');
});

it('RMSprop, centered, takes a variance that is rounded below 0 for 0', async () => {
  const parameter = parameterOf([0, 0, 0]);
  const optimizer = new RMSprop([parameter], { lr: 1, alpha: 0.9, eps: 1, centered: true });
  for (let step = 0; step < 300; step++) stepWith(optimizer, [parameter], [[0.1, 1 / 3, 7.7]]);
  expect([...(await parameter.toArray())].every(Number.isFinite)).toBe(true);
});

describe('Optimizer', () => {
  describe('in a recorded step', () => {
    const sizes = [5, 64, 1, 130];
    const values = (seed: number) => sizes.map((size) => [...uniformValues(size, seed, size, -1, 1)]);
    const groupsOf = ([a, b, c, d]: Parameter[]) => [
      { params: [b!, c!] },
      { params: [d!, a!], lr: 0.25, weightDecay: 0.5 },
    ];
    const makers = {
      SGD: (all: Parameter[]) => new SGD(groupsOf(all), { lr: 0.125, momentum: 0.9, weightDecay: 0.1 }),
      Adam: (all: Parameter[]) => new Adam(groupsOf(all), { lr: 0.01 }),
      RMSprop: (all: Parameter[]) => new RMSprop(groupsOf(all), { lr: 0.01, momentum: 0.9, centered: true }),
    };
    /** One whose gradients are computed in the step, 3 g each. */
    const work = (optimizer: Optimizer<RateOptions>, parameters: Parameter[], gradients: Tensor[]) => () => {
      optimizer.zeroGrad();
      parameters.forEach((parameter, index) => {
        parameter.grad = multiply(gradients[index]!, 3);
      });
      optimizer.step();
    };
    const tensors = (numbers: number[][]) =>
      numbers.map((each) => fromArray(gpu.device, Float32Array.from(each), [each.length]));
    const read = (all: Parameter[]) => Promise.all(all.map((parameter) => parameter.toArray()));

    it.each(['SGD', 'Adam', 'RMSprop'] as const)(
      '%s updates all parameters by one launch, to the bits of eager steps',
      async (name) => {
        const gradients = tensors(values(2));
        const recorded = values(1).map(parameterOf);
        const optimizer = makers[name](recorded) as Optimizer<RateOptions>;
        const program = gpu.device.record(work(optimizer, recorded, gradients));
        expect(program.kernels.filter((kernel) => kernel.endsWith('.step'))).toHaveLength(1);
        const eager = values(1).map(parameterOf);
        const other = makers[name](eager) as Optimizer<RateOptions>;
        for (let step = 0; step < 5; step++) {
          // As a schedule does: a program that had frozen the rate would take the first one.
          optimizer.factor = other.factor = 1 / (step + 1);
          program.run();
          work(other, eager, gradients)();
          expect(await read(recorded)).toEqual(await read(eager));
        }
      },
    );

    it.each(['SGD', 'Adam'] as const)(
      '%s counts a step where it is taken, in a run or eagerly, not where it is recorded, planned or fails',
      async (name) => {
        const learner = () => {
          const parameters = values(1).map(parameterOf);
          const optimizer = makers[name](parameters) as Optimizer<RateOptions>;
          return { parameters, optimizer, step: work(optimizer, parameters, tensors(values(2))) };
        };
        const [mixed, eager] = [learner(), learner()];
        const { device } = gpu;
        const failing = () => {
          mixed.step();
          throw new RangeError('half-way');
        };
        expect(() => device.record(failing)).toThrow(RangeError);
        device.plan(mixed.step);
        const [one, two] = [device.record(mixed.step), device.record(mixed.step)];
        expect(mixed.optimizer.stateDict().steps).toEqual([0, 0, 0, 0]);
        const steps = [one.run.bind(one), mixed.step, two.run.bind(two), mixed.step, one.run.bind(one)];
        for (const [index, step] of steps.entries()) {
          mixed.optimizer.factor = eager.optimizer.factor = 1 / (index + 1);
          step();
          eager.step();
          device.plan(mixed.step);
          expect(mixed.optimizer.stateDict().steps).toEqual(new Array(4).fill(index + 1));
          expect(await read(mixed.parameters)).toEqual(await read(eager.parameters));
        }
      },
    );

    it('may be one of several of a program, each with numbers of its own', async () => {
      const [recorded, eager] = [values(1).map(parameterOf), values(1).map(parameterOf)];
      const gradients = tensors(values(2));
      const [optimizer, other] = [makers.Adam(recorded), makers.Adam(eager)];
      const [step, otherStep] = [work(optimizer, recorded, gradients), work(other, eager, gradients)];
      const program = gpu.device.record(() => {
        step();
        step();
      });
      for (let run = 1; run <= 2; run++) {
        program.run();
        otherStep();
        otherStep();
        expect(optimizer.stateDict().steps).toEqual(new Array(4).fill(2 * run));
        expect(await read(recorded)).toEqual(await read(eager));
      }
    });

    it('goes on from loaded state', async () => {
      const [recorded, eager] = [values(1).map(parameterOf), values(1).map(parameterOf)];
      const gradients = tensors(values(2));
      const [optimizer, other] = [makers.Adam(recorded), makers.Adam(eager)];
      const program = gpu.device.record(work(optimizer, recorded, gradients));
      const state = { ...optimizer.stateDict(), steps: [100, 0, 7, 100], factor: 0.5 };
      for (const each of [optimizer, other]) each.loadStateDict(state);
      program.run();
      work(other, eager, gradients)();
      expect(optimizer.stateDict().steps).toEqual([101, 1, 8, 101]);
      expect(await read(recorded)).toEqual(await read(eager));
    });

    it('launches one for each parameter where one of them has no gradient', async () => {
      const recorded = values(1).map(parameterOf);
      const optimizer = makers.SGD(recorded);
      const gradients = tensors(values(2));
      const all = recorded.slice(1);
      const program = gpu.device.record(work(optimizer, all, gradients.slice(1)));
      expect(program.kernels.filter((kernel) => kernel === 'sgd.step')).toHaveLength(3);
      program.run();
      expect([...(await recorded[0]!.toArray())]).toEqual([...Float32Array.from(values(1)[0]!)]);
    });

    it('goes on with parameters that another optimizer moved, whose steps it does not disturb', async () => {
      const parameters = values(1).map(parameterOf);
      const first = makers.SGD(parameters);
      const second = makers.Adam(parameters);
      const some = new SGD(parameters.slice(1), { lr: 1 });
      const gradients = tensors(values(2));
      const launches = (optimizer: Optimizer<RateOptions>) =>
        gpu.device
          .plan(work(optimizer, parameters, gradients))
          .launches.filter(({ label }) => label.endsWith('.step')).length;
      expect([first, second, some].map(launches)).toEqual([1, 1, 3]);
      for (const optimizer of [first, second, some]) {
        const before = await read(parameters);
        work(optimizer, parameters, gradients)();
        const after = await read(parameters);
        parameters.forEach((_, index) => {
          if (optimizer === some && index === 0) expect(after[index]).toEqual(before[index]);
          else expect(after[index]).not.toEqual(before[index]);
        });
      }
    });

    it('launches one for each where a kernel reads a gradient and writes another, which one buffer forbids', async () => {
      // Of a single row, the gradient of a bias is that of the output, from which the weight's is computed.
      const [weights, biases, inputs] = [18, 3, 6].map((size) => [...uniformValues(size, 1, size, -1, 1)]);
      const learner = () => {
        const [weight, bias] = [weights!, biases!].map(parameterOf) as [Parameter, Parameter];
        const x = fromArray(gpu.device, Float32Array.from(inputs!), [1, 6]);
        const optimizer = new SGD([weight, bias], { lr: 0.5 });
        const step = () => {
          optimizer.zeroGrad();
          const { loss } = crossEntropy(linear(x, reshape(weight, [3, 6]), bias), labels);
          backward(loss);
          optimizer.step();
        };
        return { step, parameters: [weight, bias] };
      };
      const labels = fromArray(gpu.device, Uint32Array.of(2), [1]);
      const [recorded, eager] = [learner(), learner()];
      const program = gpu.device.record(recorded.step);
      expect(program.kernels.filter((kernel) => kernel === 'sgd.step')).toHaveLength(2);
      program.run();
      eager.step();
      expect(await read(recorded.parameters)).toEqual(await read(eager.parameters));
    });

    it('refuses that after the step, where it is too late', () => {
      const parameters = values(1).map(parameterOf);
      const optimizer = makers.SGD(parameters);
      const step = work(optimizer, parameters, tensors(values(2)));
      const [first, second] = parameters as [Parameter, Parameter];
      const late = () => {
        step();
        launch(reluForward, { x: first.grad!, y: second.grad! }, { size: 5 });
      };
      expect(() => gpu.device.record(late)).toThrow(
        'relu.forward: reads one part of a buffer and writes another, which WebGPU forbids; what changes gradients must',
      );
    });

    it('leaves parameters that a program already knows where that program looks for them', async () => {
      const parameters = values(1).map(parameterOf);
      const [known] = parameters as [Parameter];
      const evaluation = gpu.device.record(() => multiply(known, 1));
      const optimizer = makers.SGD(parameters);
      gpu.device.record(work(optimizer, parameters, tensors(values(2)))).run();
      evaluation.run();
      const after = await known.toArray();
      expect(after).not.toEqual(Float32Array.from(values(1)[0]!));
      expect(await evaluation.result.toArray()).toEqual(after);
    });
  });

  it('gives each group its own options, and the defaults for the rest', async () => {
    const [a, b] = [parameterOf([1]), parameterOf([1])];
    const optimizer = new SGD([{ params: [a] }, { params: [b], lr: 0.25, weightDecay: 0 }], {
      lr: 0.5,
      weightDecay: 1,
    });
    stepWith(optimizer, [a, b], [[1], [1]]);
    expect(await a.item()).toBe(1 - 0.5 * (1 + 1));
    expect(await b.item()).toBe(1 - 0.25);
  });

  it('leaves parameters alone that a program is being compiled for', async () => {
    const parameters = [parameterOf([1]), parameterOf([2])];
    const [known] = parameters as [Parameter];
    const compiling = gpu.device.compile(() => multiply(known, 3));
    const optimizer = new SGD(parameters, { lr: 1 });
    const program = await compiling;
    stepWith(optimizer, parameters, [[-1], [0]]);
    program.run();
    expect(await program.result.item()).toBe(6);
  });

  it.each([
    ['SGD', (all: Parameter[]) => new SGD(all, { lr: 1, weightDecay: 0.5 })],
    ['Adam', (all: Parameter[]) => new Adam(all, { weightDecay: 0.5 })],
  ] as [string, (all: Parameter[]) => Optimizer<RateOptions>][])(
    '%s leaves a part of a tensor where it is, and what is behind it as it is',
    async (_, make) => {
      const whole = fromArray(gpu.device, new Float32Array(128).fill(1), [128]);
      const part = parameterOf([0, 0, 0, 0, 0]);
      part.moveInto(whole, 64);
      const other = parameterOf([1]);
      stepWith(make([part, other]), [part, other], [[1, 2, 3, 4, 5], [1]]);
      const values = await whole.toArray();
      expect([values[63], ...values.subarray(69)]).toEqual(new Array(1 + 128 - 69).fill(1));
      expect(values.subarray(64, 69)).toEqual(await part.toArray());
      for (const value of await part.toArray()) expect(value).toBeLessThan(0);
    },
  );

  it('refuses a gradient for a parameter that was disposed of', () => {
    const parameters = [parameterOf([1, 2]), parameterOf([3])] as [Parameter, Parameter];
    const optimizer = new SGD(parameters, { lr: 1 });
    parameters[0].grad = fromArray(gpu.device, new Float32Array(2), [2]);
    parameters[0].dispose();
    expect(() => optimizer.step()).toThrow('using a tensor [2] that was disposed of');
  });

  it('does not keep the memory of parameters that were disposed of', () => {
    const { used } = gpu.device.memory;
    const parameters = [new Float32Array(5000), new Float32Array(7000)].map((values) =>
      parameterOf([...values]),
    );
    const optimizer = new SGD(parameters, { lr: 1 });
    expect(gpu.device.memory.used - used).toBeGreaterThan(4 * 12_000);
    for (const parameter of parameters) parameter.dispose();
    expect(gpu.device.memory.used - used).toBeLessThan(4 * 1000);
    expect(optimizer.groups).toHaveLength(1);
  });

  it("a schedule's factor scales every group's own rate", async () => {
    const [a, b] = [parameterOf([0]), parameterOf([0])];
    const optimizer = new SGD([{ params: [a] }, { params: [b], lr: 2 }], { lr: 1 });
    optimizer.factor = 0.5;
    stepWith(optimizer, [a, b], [[1], [1]]);
    optimizer.factor = 0.25;
    stepWith(optimizer, [a, b], [[1], [1]]);
    expect([await a.item(), await b.item()]).toEqual([-0.75, -1.5]);
  });

  it('leaves a parameter without a gradient alone, weight decay included', async () => {
    const [a, b] = [parameterOf([1]), parameterOf([1])];
    const optimizer = new SGD([a, b], { lr: 0.5, weightDecay: 1 });
    b.grad = fromArray(gpu.device, Float32Array.of(1), [1]);
    optimizer.step();
    expect([await a.item(), await b.item()]).toEqual([1, 0]);
  });

  it('takes a group without parameters, as of the biases of a net that has none', async () => {
    const parameter = parameterOf([1]);
    const optimizer = new SGD([{ params: [] }, { params: [parameter] }], { lr: 1 });
    stepWith(optimizer, [parameter], [[1]]);
    expect(await parameter.item()).toBe(0);
  });

  it('uploads its numbers only when one changed', () => {
    const parameter = parameterOf([1]);
    const optimizer = new SGD([parameter], { lr: 1, momentum: 0.9 });
    parameter.grad = fromArray(gpu.device, Float32Array.of(1), [1]);
    optimizer.step();
    let uploads = 0;
    const { queue } = gpu.device.gpu;
    const { writeBuffer } = queue;
    queue.writeBuffer = (...args: Parameters<typeof writeBuffer>) => {
      uploads += 1;
      writeBuffer.apply(queue, args);
    };
    optimizer.step();
    optimizer.step();
    expect(uploads).toBe(0);
    optimizer.factor = 0.5;
    optimizer.step();
    expect(uploads).toBe(1);
    queue.writeBuffer = writeBuffer;
  });

  it.each([
    ['SGD', (p: Parameter[]) => new SGD([{ params: p, lr: 0.5 }], { lr: 1, momentum: 0.9, nesterov: true })],
    ['Adam', (p: Parameter[]) => new Adam(p, { lr: 0.125, weightDecay: 0.1 })],
  ] as [string, (p: Parameter[]) => Optimizer<RateOptions>][])(
    '%s resumes from saved state to the same bits',
    async (_, make) => {
      const gradients = [1, 2, 3, 4, 5, 6].map((step) => [
        [Math.sin(step), Math.cos(step)],
        [Math.sin(2 * step)],
      ]);
      const parameters = () => [parameterOf([0.5, -1]), parameterOf([2])];
      const read = async (all: Parameter[]) => Promise.all(all.map((parameter) => parameter.toArray()));

      const whole = parameters();
      const uninterrupted = make(whole);
      uninterrupted.factor = 0.3;
      for (const gradient of gradients) stepWith(uninterrupted, whole, gradient);

      const before = parameters();
      const first = make(before);
      first.factor = 0.3;
      for (const gradient of gradients.slice(0, 3)) stepWith(first, before, gradient);
      const { slots, ...rest } = first.stateDict();
      const saved = new Map<string, HostArray>();
      for (const [name, slot] of slots) {
        if ('values' in slot) throw new Error('slots are on the device');
        saved.set(name, { shape: slot.shape, values: (await slot.toArray()) as Float32Array });
      }
      const values = await read(before);

      const after = values.map((array) => parameterOf([...array]));
      const second = make(after);
      second.loadStateDict({ ...JSON.parse(JSON.stringify(rest)), slots: saved });
      for (const gradient of gradients.slice(3)) stepWith(second, after, gradient);
      expect(await read(after)).toEqual(await read(whole));
    },
  );

  it('zeroGrad gives the memory of the gradients back', () => {
    const parameter = parameterOf([1]);
    const optimizer = new SGD([parameter], { lr: 1 });
    const gradient = fromArray(gpu.device, Float32Array.of(1), [1]);
    parameter.grad = gradient;
    optimizer.zeroGrad();
    expect([parameter.grad, gradient.disposed]).toEqual([null, true]);
  });

  it('takes the gradients that backward leaves', async () => {
    const parameter = parameterOf([3]);
    const optimizer = new SGD([parameter], { lr: 1 });
    backward(parameter);
    optimizer.step();
    expect(await parameter.item()).toBe(2);
  });

  it('refuses what it could not do', () => {
    const parameter = new Parameter(gpu.device, [2], normal(1));
    const other = new Parameter(gpu.device, [3], constant(0));
    const stranger = new Parameter(elsewhere.device, [2], constant(0));
    expect(() => new SGD([], { lr: 1 })).toThrow(
      new ArgumentError('SGD', 'params', 'is empty', 'there are no parameters to update'),
    );
    expect(() => new SGD([parameter, parameter], { lr: 1 })).toThrow(
      'SGD: params lists a parameter twice; it would be updated twice',
    );
    expect(() => new SGD([parameter, stranger], { lr: 1 })).toThrow(
      'SGD: params are on different devices; make an optimizer for each',
    );
    expect(() => new Adam([parameter], { lr: -1 })).toThrow('Adam: lr is -1; it must be at least 0');
    expect(() => new SGD([parameter], { lr: 1, weightDecay: Number.NaN })).toThrow('SGD: weightDecay is NaN');
    const state = new SGD([parameter], { lr: 1 }).stateDict();
    expect(() => new SGD([other], { lr: 1 }).loadStateDict(state)).toThrow(
      'of another shape: 0.velocity [2], expected [3]',
    );
    expect(() =>
      new SGD([{ params: [parameter] }, { params: [other] }], { lr: 1 }).loadStateDict(state),
    ).toThrow('saved with 1 parameter groups, this one has 2');
  });

  it.each<[string, (optimizer: SGD) => void]>([
    ['SGD: lr is -1; it must be at least 0', ({ groups }) => Object.assign(groups[0]!.options, { lr: -1 })],
    [
      "SGD: lr is '0.1'; it must be a number",
      ({ groups }) => Object.assign(groups[0]!.options, { lr: '0.1' }),
    ],
    ['SGD: momentum is NaN', ({ groups }) => Object.assign(groups[0]!.options, { momentum: Number.NaN })],
    ['SGD: rate is not an option', ({ groups }) => Object.assign(groups[0]!.options, { rate: 1 })],
    ['SGD: nesterov is true; it must be', ({ groups }) => Object.assign(groups[0]!.options, { momentum: 0 })],
    ['SGD: lr is not a field of a group', ({ groups }) => Object.assign(groups[0]!, { lr: 1 })],
    [
      'SGD: lr is set on the optimizer; a step reads that of groups[0].options.lr',
      (optimizer) => Object.assign(optimizer, { lr: 1 }),
    ],
    ['SGD: factor is NaN', (optimizer) => Object.assign(optimizer, { factor: Number.NaN })],
  ])('refuses a step with what was set where it is not read, or cannot be: %s', async (message, set) => {
    const parameter = parameterOf([1, 2]);
    const optimizer = new SGD([parameter], { lr: 0.5, momentum: 0.9, nesterov: true });
    const gradient = fromArray(gpu.device, Float32Array.of(1, 1), [2]);
    const steps = () => {
      parameter.grad = multiply(gradient, 3);
      optimizer.step();
    };
    const program = gpu.device.record(steps);
    const before = [...(await parameter.toArray())];
    set(optimizer);
    expect(steps).toThrow(message);
    expect(() => program.run()).toThrow(message);
    expect([...(await parameter.toArray())]).toEqual(before);
    expect(optimizer.stateDict().steps).toEqual([0]);
  });
});
