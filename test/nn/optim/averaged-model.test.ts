import { describe, expect, it } from 'vitest';
import { multiply } from '../../../src/autograd/ops/elementwise/multiply.js';
import { crossEntropy } from '../../../src/autograd/ops/losses/cross-entropy.js';
import { sum } from '../../../src/autograd/ops/reductions/sum.js';
import { backward } from '../../../src/autograd/tape.js';
import { ArgumentError } from '../../../src/errors/errors.js';
import { Conv2d } from '../../../src/nn/layers/conv2d.js';
import { GlobalAvgPool2d } from '../../../src/nn/layers/global-avg-pool2d.js';
import { BatchNorm2d } from '../../../src/nn/layers/normalisation/batch-norm2d.js';
import { Sequential } from '../../../src/nn/layers/sequential.js';
import { Module } from '../../../src/nn/module.js';
import { AveragedModel, type AveragingOptions } from '../../../src/nn/optim/averaged-model.js';
import { GradScaler } from '../../../src/nn/optim/grad-scaler.js';
import { SGD } from '../../../src/nn/optim/sgd.js';
import { Parameter } from '../../../src/nn/parameter.js';
import { from, uniform, zeros } from '../../../src/tensor/create.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { tidy } from '../../../src/tensor/tidy.js';
import { expectClose } from '../../support/close.js';
import { useDevice } from '../../support/device.js';

const gpu = useDevice({ seed: 3 });
const elsewhere = useDevice();

/** With parameters that are moved side by side, and running statistics. */
const net = (classes = 4) =>
  new Sequential({
    conv: new Conv2d(gpu.device, 3, classes, { kernelSize: 3 }),
    bn: new BatchNorm2d(gpu.device, classes),
    pool: new GlobalAvgPool2d(),
  });

const valuesOf = async (model: Sequential): Promise<Map<string, number[]>> =>
  new Map(
    await Promise.all(
      [...model.stateDict()].map(
        async ([name, tensor]) => [name, [...(await tensor.toArray())]] as [string, number[]],
      ),
    ),
  );

/** A net whose steps are averaged, and what its state was after each. */
async function trained(steps: number, options: AveragingOptions, { recorded = false, begin = 0 } = {}) {
  const { device } = gpu;
  const model = net();
  const optimizer = new SGD(model.parameters(), { lr: 0.5, momentum: 0.9 });
  const averaged = new AveragedModel(model, net(), options);
  const images = uniform(device, [8, 3, 6, 6]);
  const labels = from(device, [0, 1, 2, 3, 0, 1, 2, 3], 'u32');
  const step = () =>
    tidy(device, () => {
      const { loss } = crossEntropy(model.forward(images), labels);
      optimizer.zeroGrad();
      backward(loss);
      averaged.updateParameters(() => optimizer.step());
      return loss;
    });
  const program = recorded ? device.record(step) : undefined;
  const states: Map<string, number[]>[] = [];
  for (let index = 0; index < steps; index++) {
    averaged.begun = index >= begin;
    if (program) program.run();
    else step();
    states.push(await valuesOf(model));
  }
  return { model, averaged, states };
}

/** avg = avg + weight (value - avg), one number after the other. */
function averageOf(states: readonly Map<string, number[]>[], weightOf: (before: number) => number) {
  const average = new Map<string, number[]>();
  states.forEach((state, index) => {
    for (const [name, values] of state) {
      const before = average.get(name) ?? values;
      const weight = weightOf(index);
      average.set(
        name,
        values.map((value, i) => before[i]! + weight * (value - before[i]!)),
      );
    }
  });
  return average;
}

function expectState(found: Map<string, number[]>, wanted: Map<string, number[]>) {
  expect([...found.keys()]).toEqual([...wanted.keys()]);
  for (const [name, values] of wanted) {
    expectClose(Float32Array.from(found.get(name)!), values, { relative: 1e-5, absolute: 1e-6, label: name });
  }
}

/** One weight, whose gradient is what the images are. */
class One extends Module {
  readonly weight = new Parameter(gpu.device, [1], () => Float32Array.of(4));

  forward(images: Tensor): Tensor {
    return sum(multiply(this.weight, images));
  }
}

describe('AveragedModel', () => {
  it("takes in what is there after a step that a scaler skips, as PyTorch's loop does", async () => {
    const { device } = gpu;
    const model = new One();
    const optimizer = new SGD(model.parameters(), { lr: 1 });
    const scaler = new GradScaler(device);
    const averaged = new AveragedModel(model, new One());
    const images = zeros(device, [1]);
    const program = device.record(() => {
      optimizer.zeroGrad();
      backward(model.forward(images), { gradient: scaler.factor });
      averaged.updateParameters(() => {
        scaler.step(optimizer);
        scaler.update();
      });
    });
    for (const gradient of [1, Number.POSITIVE_INFINITY, 2]) {
      images.write(Float32Array.of(gradient));
      program.run();
    }
    expect(await model.weight.item()).toBe(1);
    // 4 - 1, the same again, and 3 - 2.
    expect(await (averaged.module as One).weight.item()).toBeCloseTo((3 + 3 + 1) / 3, 6);
    expect(averaged.averaged).toBe(3);
  });

  it.each([false, true])('is the plain mean of all steps without a decay; recorded: %s', async (recorded) => {
    const { averaged, states } = await trained(5, {}, { recorded });
    expectState(
      await valuesOf(averaged.module as Sequential),
      averageOf(states, (before) => 1 / (before + 1)),
    );
    expect(averaged.averaged).toBe(5);
  });

  it.each([0.2, 0.999])('is an exponential average with decay %d, which begins quickly', async (decay) => {
    const { averaged, states } = await trained(6, { decay }, { recorded: true });
    const weightOf = (before: number) =>
      before === 0 ? 1 : 1 - Math.min(decay, (1 + before) / (10 + before));
    expectState(await valuesOf(averaged.module as Sequential), averageOf(states, weightOf));
  });

  it('averages the running statistics of batch norm as the weights', async () => {
    const { averaged, states } = await trained(3, {});
    const mean = averageOf(states, (before) => 1 / (before + 1)).get('bn.running_mean')!;
    const found = await valuesOf(averaged.module as Sequential);
    expectClose(Float32Array.from(found.get('bn.running_mean')!), mean, {
      relative: 1e-5,
      absolute: 1e-7,
      label: 'running mean',
    });
    expect(mean).not.toEqual(states.at(-1)!.get('bn.running_mean'));
  });

  it('is the net itself, to the bit, until it begins', async () => {
    const { averaged, states } = await trained(3, {}, { begin: 3 });
    expect(await valuesOf(averaged.module as Sequential)).toEqual(states.at(-1));
    expect(averaged.averaged).toBe(0);
    const later = await trained(4, {}, { begin: 2 });
    expectState(
      await valuesOf(later.averaged.module as Sequential),
      averageOf(later.states.slice(2), (before) => 1 / (before + 1)),
    );
  });

  it('begins as a copy, and leaves the net as it is', async () => {
    const model = net();
    const before = await valuesOf(model);
    const { module } = new AveragedModel(model, net());
    expect(await valuesOf(module as Sequential)).toEqual(before);
    expect(await valuesOf(model)).toEqual(before);
  });

  it('goes on from where it stopped', async () => {
    const straight = await trained(2, {});
    const { averaged, states } = straight;
    averaged.resume(5);
    averaged.updateParameters();
    const wanted = averageOf(states, (before) => 1 / (before + 1));
    for (const [name, values] of wanted) {
      const last = states.at(-1)!.get(name)!;
      wanted.set(
        name,
        values.map((value, i) => value + (last[i]! - value) / 6),
      );
    }
    expectState(await valuesOf(averaged.module as Sequential), wanted);
  });

  it('updates parameters that lie side by side by one launch', () => {
    const { device } = gpu;
    const model = net();
    const optimizer = new SGD(model.parameters(), { lr: 1 });
    const averaged = new AveragedModel(model, net());
    const plan = device.plan(() => averaged.updateParameters());
    // All parameters of the optimizer; the two running statistics each by itself.
    expect(plan.launches.map(({ label }) => label)).toEqual(Array(3).fill('average.update'));
    expect(optimizer.groups).toHaveLength(1);
  });

  it('counts no step that throws, nor what is none', async () => {
    const model = new One();
    const averaged = new AveragedModel(model, new One());
    const average = () => (averaged.module as One).weight.item();
    const failing = () => {
      throw new Error('no gradients');
    };
    const set = (value: number) => () => model.weight.write(Float32Array.of(value));
    const noSteps = [model, 5, null, async () => {}] as unknown as (() => void)[];
    const refuseAll = async (count: number, value: number) => {
      expect(() => averaged.updateParameters(failing)).toThrow('no gradients');
      for (const step of noSteps) {
        expect(() => averaged.updateParameters(step)).toThrow(ArgumentError);
      }
      expect([averaged.averaged, await average()]).toEqual([count, value]);
    };
    await refuseAll(0, 4);
    averaged.updateParameters(set(8));
    await refuseAll(1, 8);
    averaged.updateParameters(set(10));
    expect([averaged.averaged, await average()]).toEqual([2, 9]);
  });

  it('refuses nets that are not alike, and what is no decay', () => {
    const model = net();
    expect(() => new AveragedModel(model, net(5))).toThrow('another net of the same layers');
    expect(() => new AveragedModel(model, model)).toThrow('another net of the same layers');
    const other = new Conv2d(elsewhere.device, 3, 4, { kernelSize: 3 });
    expect(() => new AveragedModel(new Conv2d(gpu.device, 3, 4, { kernelSize: 3 }), other)).toThrow(
      'on the same device',
    );
    expect(() => new AveragedModel(model, net(), { decay: 1 })).toThrow('decay is 1; it must be');
  });
});
