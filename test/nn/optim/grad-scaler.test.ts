/** Dynamic loss scaling against plain loops, and against what PyTorch's documentation says of torch.amp.GradScaler. */
import { describe, expect, it } from 'vitest';
import { multiply } from '../../../src/autograd/ops/elementwise/multiply.js';
import { sum } from '../../../src/autograd/ops/reductions/sum.js';
import { backward } from '../../../src/autograd/tape.js';
import { Adam } from '../../../src/nn/optim/adam.js';
import { GradScaler, type GradScalerState } from '../../../src/nn/optim/grad-scaler.js';
import type { Optimizer } from '../../../src/nn/optim/optimizer.js';
import type { RateOptions } from '../../../src/nn/optim/options.js';
import { RMSprop } from '../../../src/nn/optim/rmsprop.js';
import { SGD } from '../../../src/nn/optim/sgd.js';
import { Parameter } from '../../../src/nn/parameter.js';
import { fromArray } from '../../../src/tensor/create.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import * as adam from '../../reference/adam.js';
import { type Array64, array64 } from '../../reference/array.js';
import { isFinite64, nextScale } from '../../reference/grad-scaler.js';
import { random64 } from '../../reference/random.js';
import * as rmsprop from '../../reference/rmsprop.js';
import * as sgd from '../../reference/sgd.js';
import { useDevice } from '../../support/device.js';
import { expectTensor, SINGLE } from '../../support/expect-op.js';

const gpu = useDevice();

const SIZES = [5, 64, 1, 130];
const INFINITY = Number.POSITIVE_INFINITY;

const parametersOf = (values: readonly Array64[]) =>
  values.map(({ data }) => new Parameter(gpu.device, [data.length], () => Float32Array.from(data)));
const first = () => SIZES.map((size) => random64([size], size));
const read = (tensors: readonly Tensor[]) => Promise.all(tensors.map((tensor) => tensor.toArray()));

const RMSPROP = { lr: 0.01, alpha: 0.5, eps: 1e-3, weightDecay: 0.1, momentum: 0.5, centered: true };
const OPTIMIZERS = {
  SGD: (all: Parameter[]) => new SGD(all, { lr: 0.125, momentum: 0.9, weightDecay: 0.1, nesterov: true }),
  Adam: (all: Parameter[]) => new Adam(all, { lr: 0.01, weightDecay: 0.1 }),
  RMSprop: (all: Parameter[]) => new RMSprop(all, RMSPROP),
} as const satisfies Record<string, (all: Parameter[]) => unknown>;
const makeOptimizer = (name: keyof typeof OPTIMIZERS, all: Parameter[]) =>
  OPTIMIZERS[name](all) as Optimizer<RateOptions>;

/** A net of these parameters whose loss is the sum of parameter x gradient, and gradients that may be rewritten. */
function learner(name: keyof typeof OPTIMIZERS, options: ConstructorParameters<typeof GradScaler>[1] = {}) {
  const parameters = parametersOf(first());
  const gradients = SIZES.map((size) => fromArray(gpu.device, new Float32Array(size), [size]));
  const optimizer = makeOptimizer(name, parameters);
  const scaler = new GradScaler(gpu.device, options);
  const losses = () =>
    parameters.map((parameter, index) => sum(multiply(parameter, gradients[index] as Tensor)));
  const work = () => {
    optimizer.zeroGrad();
    for (const loss of losses()) backward(loss, { gradient: scaler.factor });
    scaler.step(optimizer);
    scaler.update();
  };
  const setGradients = (values: readonly Array64[]) => {
    for (const [index, { data }] of values.entries()) gradients[index]?.write(Float32Array.from(data));
  };
  return { parameters, gradients, optimizer, scaler, work, losses, setGradients };
}

/** The gradients of a step; those that are not finite have one such number, in another place each time. */
function gradientsAt(step: number, broken?: number): Array64[] {
  const all = SIZES.map((size, index) => random64([size], 100 * step + index));
  if (broken === undefined) return all;
  const { data } = all[step % SIZES.length] as Array64;
  data[data.length - 1] = broken;
  return all;
}

/** In which steps a gradient is infinite or NaN: the first two, as where the first scale is too large, and a few more. */
const BROKEN: readonly (number | undefined)[] = Array.from({ length: 11 }, (_, step) =>
  new Map([
    [0, INFINITY],
    [1, Number.NaN],
    [5, -INFINITY],
  ]).get(step),
);

describe.each(['SGD', 'Adam', 'RMSprop'] as const)('%s with a GradScaler', (name) => {
  it.each(['eagerly', 'in a program'])(
    'takes %s the steps of plain loops, but for those it skips',
    async (way) => {
      const options = { initScale: 1024, growthInterval: 3 };
      const { parameters, optimizer, scaler, work, setGradients } = learner(name, options);
      const program = way === 'in a program' ? gpu.device.record(work) : { run: work };
      let scale = { scale: 1024, tracker: 0 };
      let taken = 0;
      let skipped = 0;
      let states = first().map((parameter) => ({
        ...{ parameter, buffer: array64(parameter.shape) },
        ...{ firstMoment: array64(parameter.shape), secondMoment: array64(parameter.shape) },
        ...{ squareAverage: array64(parameter.shape), gradientAverage: array64(parameter.shape) },
        velocity: array64(parameter.shape),
      }));
      for (let step = 0; step < BROKEN.length; step++) {
        const gradients = gradientsAt(step, BROKEN[step]);
        setGradients(gradients);
        program.run();
        const finite = gradients.every(({ data }) => isFinite64(data));
        if (finite) {
          taken += 1;
          states = states.map((state, index) => {
            const gradient = gradients[index] as Array64;
            const [adamOptions, sgdOptions] = [
              { lr: 0.01, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.1 } as const,
              { lr: 0.125, momentum: 0.9, weightDecay: 0.1, nesterov: true },
            ];
            if (name === 'RMSprop') return { ...state, ...rmsprop.rmspropStep(state, gradient, RMSPROP) };
            return name === 'Adam'
              ? { ...state, ...adam.adamStep(state, gradient, taken, adamOptions) }
              : { ...state, ...sgd.sgdStep(state, gradient, sgdOptions) };
          });
        } else skipped += 1;
        scale = nextScale(scale, finite, { growth: 2, backoff: 0.5, interval: 3 });
        const label = `step ${step}`;
        for (const [index, { parameter }] of states.entries()) {
          await expectTensor(parameters[index] as Parameter, parameter, { ...SINGLE, label });
        }
        expect(await scaler.stateDict()).toMatchObject({
          scale: scale.scale,
          growthTracker: scale.tracker,
          skippedSteps: skipped,
        });
      }
      expect([taken, skipped]).toEqual([8, 3]);
      const { steps, skipped: perParameter } = optimizer.stateDict();
      expect(steps).toEqual([11, 11, 11, 11]);
      expect([...(await perParameter!.toArray())]).toEqual([3, 3, 3, 3]);
    },
  );

  it('changes no bit of anything in a step that it skips', async () => {
    const { parameters, optimizer, work, setGradients } = learner(name);
    const program = gpu.device.record(work);
    expect(program.kernels.filter((kernel) => /Step$|notFinite|lossScale/.test(kernel))).toEqual([
      'notFinite.find',
      `${name.toLowerCase()}.scaledStep`,
      'lossScale.update',
    ]);
    setGradients(gradientsAt(1));
    program.run();
    const all = [...parameters, ...(optimizer.stateDict().slots.values() as Iterable<Tensor>)];
    const before = await read(all);
    for (const broken of [INFINITY, -INFINITY, Number.NaN]) {
      for (let index = 0; index < SIZES.length; index++) {
        setGradients(gradientsAt(index, broken));
        program.run();
      }
    }
    expect(await read(all)).toEqual(before);
    setGradients(gradientsAt(2));
    program.run();
    expect(await read(all)).not.toEqual(before);
  });

  it('goes on from saved state to the same bits', async () => {
    const options = { initScale: 2 ** 20, growthInterval: 4 };
    const run = ({ work, setGradients }: ReturnType<typeof learner>, from: number, to: number) => {
      for (let step = from; step < to; step++) {
        setGradients(gradientsAt(step, BROKEN[step]));
        work();
      }
    };
    const [whole, begun, resumed] = [1, 2, 3].map(() => learner(name, options)) as [L, L, L];
    type L = ReturnType<typeof learner>;
    run(whole, 0, 11);
    run(begun, 0, 6);
    const state: GradScalerState = JSON.parse(JSON.stringify(await begun.scaler.stateDict()));
    resumed.scaler.loadStateDict(state);
    resumed.optimizer.loadStateDict(begun.optimizer.stateDict());
    for (const [index, values] of (await read(begun.parameters)).entries()) {
      resumed.parameters[index]?.write(values);
    }
    run(resumed, 6, 11);
    expect(await read(resumed.parameters)).toEqual(await read(whole.parameters));
    expect(await resumed.scaler.stateDict()).toEqual(await whole.scaler.stateDict());
    // What was skipped is not part of a state without it.
    const { skipped: _, ...rest } = begun.optimizer.stateDict();
    resumed.optimizer.loadStateDict(rest);
    expect(await resumed.optimizer.stateDict().skipped?.toArray()).toEqual(new Uint32Array(4));
  });

  it('divides gradients in place when it is asked to, once', async () => {
    const [one, other] = [learner(name), learner(name)];
    const unscaling = () => {
      const { optimizer, scaler } = other;
      optimizer.zeroGrad();
      for (const loss of other.losses()) backward(scaler.scale(loss));
      scaler.unscale_(optimizer);
      scaler.step(optimizer);
      scaler.update();
    };
    const program = gpu.device.record(unscaling);
    for (const step of [1, 2, 3, 4]) {
      const gradients = gradientsAt(step, step === 2 ? INFINITY : undefined);
      for (const each of [one, other]) each.setGradients(gradients);
      one.work();
      if (step % 2) program.run();
      else unscaling();
      expect(await read(other.parameters)).toEqual(await read(one.parameters));
    }
    expect(await other.scaler.stateDict()).toEqual(await one.scaler.stateDict());
    for (const [index, { data }] of gradientsAt(4).entries()) {
      expect(await other.parameters[index]?.grad?.toArray()).toEqual(Float32Array.from(data));
    }
  });

  it('takes steps without one afterwards, that count on from those it took', async () => {
    const [scaled, plain] = [learner(name), learner(name)];
    const step = ({ optimizer, losses }: ReturnType<typeof learner>) => {
      optimizer.zeroGrad();
      for (const loss of losses()) backward(loss);
      optimizer.step();
    };
    for (const [index, broken] of [INFINITY, undefined, INFINITY].entries()) {
      for (const each of [scaled, plain]) each.setGradients(gradientsAt(index, broken));
      scaled.work();
      if (broken === undefined) step(plain);
    }
    for (const each of [scaled, plain]) {
      each.setGradients(gradientsAt(7));
      step(each);
    }
    for (const [index, parameter] of scaled.parameters.entries()) {
      const values = array64(parameter.shape, Float64Array.from(await plain.parameters[index]!.toArray()));
      await expectTensor(parameter, values, { ...SINGLE, label: 'parameter' });
    }
  });
});

describe('a GradScaler', () => {
  const one = () => {
    const parameter = new Parameter(gpu.device, [1], () => Float32Array.of(1));
    return { parameter, optimizer: new SGD([parameter], { lr: 1 }) };
  };
  const stepWith = (
    scaler: GradScaler,
    all: readonly (ReturnType<typeof one> & { gradient: number })[],
  ): void => {
    for (const { parameter, optimizer, gradient } of all) {
      optimizer.zeroGrad();
      parameter.grad = fromArray(gpu.device, Float32Array.of(gradient), [1]);
      scaler.step(optimizer);
    }
    scaler.update();
  };

  it("begins as PyTorch's does", async () => {
    expect(await new GradScaler(gpu.device).stateDict()).toEqual({
      scale: 65536,
      lastScale: 65536,
      growthFactor: 2,
      backoffFactor: 0.5,
      growthInterval: 2000,
      growthTracker: 0,
      skippedSteps: 0,
    });
  });

  it('halves the scale after a skipped step and doubles it after 2000 that were not', async () => {
    const scaler = new GradScaler(gpu.device);
    const learning = one();
    stepWith(scaler, [{ ...learning, gradient: INFINITY }]);
    expect(await scaler.getScale()).toBe(32768);
    for (let step = 0; step < 1999; step++) stepWith(scaler, [{ ...learning, gradient: 0 }]);
    expect(await scaler.stateDict()).toMatchObject({ scale: 32768, growthTracker: 1999 });
    stepWith(scaler, [{ ...learning, gradient: 0 }]);
    expect(await scaler.stateDict()).toMatchObject({ scale: 65536, lastScale: 32768, growthTracker: 0 });
    expect([await scaler.takeSkippedSteps(), await scaler.takeSkippedSteps()]).toEqual([1, 0]);
  });

  it('takes other factors, and grows no further than a number has an inverse', async () => {
    const options = { initScale: 2 ** 125, growthFactor: 1.5, backoffFactor: 0.25, growthInterval: 1 };
    const scaler = new GradScaler(gpu.device, options);
    const learning = one();
    const scales: number[] = [];
    for (const gradient of [0, 0, Number.NaN]) {
      stepWith(scaler, [{ ...learning, gradient }]);
      scales.push((await scaler.getScale()) / 2 ** 125);
    }
    expect(scales).toEqual([1.5, 1.5, 0.375]);
  });

  it('falls no further than to the smallest normal number, from which it grows again', async () => {
    const scaler = new GradScaler(gpu.device, { initScale: 2 ** -125, growthInterval: 1 });
    const learning = one();
    const scales: number[] = [];
    for (const gradient of [INFINITY, INFINITY, INFINITY, 0]) {
      stepWith(scaler, [{ ...learning, gradient }]);
      scales.push((await scaler.getScale()) * 2 ** 126);
    }
    expect(scales).toEqual([1, 1, 1, 2]);
  });

  it('divides by a scale that is no power of two, and by one below 1', async () => {
    for (const initScale of [3, 0.25]) {
      const scaler = new GradScaler(gpu.device, { initScale });
      const learning = one();
      stepWith(scaler, [{ ...learning, gradient: initScale * 0.5 }]);
      expect(await learning.parameter.item()).toBeCloseTo(0.5, 6);
    }
  });

  it('skips a step whose gradients are finite only by a scale below 1', async () => {
    const scaler = new GradScaler(gpu.device, { initScale: 2 ** -10 });
    const learning = one();
    stepWith(scaler, [{ ...learning, gradient: 2 ** 120 }]);
    expect(await learning.parameter.item()).toBe(1);
    expect(await scaler.getScale()).toBe(2 ** -11);
  });

  it('serves several optimizers: who finds nothing takes the step, and the scale falls for all', async () => {
    const scaler = new GradScaler(gpu.device, { initScale: 4 });
    const [first, second] = [one(), one()];
    stepWith(scaler, [
      { ...first, gradient: 4 },
      { ...second, gradient: INFINITY },
    ]);
    expect([await first.parameter.item(), await second.parameter.item()]).toEqual([0, 1]);
    expect(await scaler.getScale()).toBe(2);
    stepWith(scaler, [
      { ...first, gradient: Number.NaN },
      { ...second, gradient: 2 },
    ]);
    expect([await first.parameter.item(), await second.parameter.item()]).toEqual([0, 0]);
    expect(await scaler.stateDict()).toMatchObject({ scale: 1, skippedSteps: 2 });
  });

  it('refuses what PyTorch refuses', () => {
    const scaler = new GradScaler(gpu.device);
    const { parameter, optimizer } = one();
    expect(() => scaler.update()).toThrow('GradScaler.update: no optimizer took a step since the last one');
    parameter.grad = fromArray(gpu.device, Float32Array.of(1), [1]);
    scaler.unscale_(optimizer);
    expect(() => scaler.unscale_(optimizer)).toThrow(
      'unscale_ was called for this SGD already; call update()',
    );
    scaler.step(optimizer);
    expect(() => scaler.unscale_(optimizer)).toThrow(
      'GradScaler.unscale_: step was called for this SGD already',
    );
    expect(() => scaler.step(optimizer)).toThrow('GradScaler.step: it was called for this SGD already');
    scaler.update();
    scaler.step(optimizer);
  });

  it('refuses options out of range', () => {
    const make = (options: object) => () => new GradScaler(gpu.device, options);
    expect(make({ initScale: 0 })).toThrow('GradScaler: initScale is 0; it must be at least 1.17');
    expect(make({ initScale: 1e-60 })).toThrow('initScale is 1e-60; it must be at least 1.17');
    expect(make({ growthFactor: 1 })).toThrow('GradScaler: growthFactor is 1; it must be above 1');
    expect(make({ backoffFactor: 1 })).toThrow('it must be above 0 and below 1');
    expect(make({ growthInterval: 0.5 })).toThrow('GradScaler: growthInterval is 0.5');
    expect(make({ growth_interval: 2 })).toThrow('did you mean growthInterval?');
    expect(() => new GradScaler(gpu.device).loadStateDict({ scale: 1 } as GradScalerState)).toThrow(
      'loading the state of GradScaler: lastScale is undefined',
    );
  });
});
