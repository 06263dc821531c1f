import { describe, expect, it } from 'vitest';
import { ninTenSteps, type SgdRun, type State } from '../fixtures/index.js';
import { expectClose } from '../support/close.js';
import * as reference from './index.js';
import { type Array64, zerosLike } from './index.js';

/** A layer of the net: its output, and how the gradient of the output becomes that of the input. */
interface Applied {
  readonly output: Array64;
  readonly backward: (dOutput: Array64) => Array64;
}

/** Runs a layer; the gradients of its parameters are put into `gradients`. */
type Layer = (input: Array64, state: State, gradients: Record<string, Array64>) => Applied;

function convolution(name: string, kernel: number, relu = true): Layer {
  const half = (kernel - 1) / 2;
  const geometry = { stride: [1, 1], padding: [half, half], dilation: [1, 1] } as const;
  return (input, state, gradients) => {
    const weight = state[`${name}.weight`];
    const sum = reference.conv2d(input, weight, state[`${name}.bias`], geometry);
    return {
      output: relu ? reference.relu(sum) : sum,
      backward: (dOutput) => {
        const dSum = relu ? reference.reluBackward(dOutput, sum) : dOutput;
        const { dInput, dWeight, dBias } = reference.conv2dBackward(dSum, input, weight, geometry);
        gradients[`${name}.weight`] = dWeight;
        gradients[`${name}.bias`] = dBias;
        return dInput;
      },
    };
  };
}

const window = { kernel: [3, 3], stride: [2, 2], padding: [0, 0], ceilMode: true } as const;

const maxPool: Layer = (input) => ({
  output: reference.maxPool2d(input, window),
  backward: (dOutput) => reference.maxPool2dBackward(dOutput, input, window),
});

const avgPool: Layer = (input) => ({
  output: reference.avgPool2d(input, { ...window, countIncludePad: true }),
  backward: (dOutput) =>
    reference.avgPool2dBackward(dOutput, input.shape, { ...window, countIncludePad: true }),
});

const globalAvgPool: Layer = (input) => ({
  output: reference.globalAvgPool2d(input),
  backward: (dOutput) => reference.globalAvgPool2dBackward(dOutput, input.shape),
});

const network: readonly Layer[] = [
  convolution('0', 5),
  convolution('2', 1),
  convolution('4', 1),
  maxPool,
  convolution('7', 5),
  convolution('9', 1),
  convolution('11', 1),
  avgPool,
  convolution('14', 3),
  convolution('16', 1),
  convolution('18', 1, false),
  globalAvgPool,
];

/** One forward and one backward pass. */
function lossAndGradients(state: State, { images, labels }: SgdRun['batches'][number]) {
  const gradients: Record<string, Array64> = {};
  const applied: Applied[] = [];
  let output = images;
  for (const layer of network) {
    applied.push(layer(output, state, gradients));
    output = applied.at(-1)!.output;
  }
  let gradient = reference.softmaxCrossEntropyBackward(1, output, labels);
  for (const { backward } of applied.reverse()) gradient = backward(gradient);
  return { loss: reference.softmaxCrossEntropy(output, labels), gradients };
}

describe('ten steps of a small NIN, by the reference', () => {
  it('follow PyTorch in every loss, every gradient and the final state', () => {
    const run = ninTenSteps();
    const { momentum, weights, biases } = run.optimizer;
    const state: Record<string, Array64> = { ...run.initialState };
    const buffers = Object.fromEntries(
      Object.entries(state).map(([name, value]) => [name, zerosLike(value)]),
    );
    for (const [i, step] of run.steps.entries()) {
      const { loss, gradients } = lossAndGradients(state, run.batches[i % run.batches.length]);
      expectClose([loss], step.loss.data, { relative: 1e-10, absolute: 0, label: `loss of step ${i}` });
      expect(Object.keys(gradients).sort()).toEqual(Object.keys(step.gradients).sort());
      for (const [name, { shape, data }] of Object.entries(step.gradients)) {
        const label = `gradient of ${name}, step ${i}`;
        expectClose(gradients[name].data, data, { relative: 1e-10, absolute: 1e-10, label, shape });
        const group = { ...(name.endsWith('bias') ? biases : weights), momentum, nesterov: false };
        const before = { parameter: state[name], buffer: buffers[name] };
        ({ parameter: state[name], buffer: buffers[name] } = reference.sgdStep(
          before,
          gradients[name],
          group,
        ));
      }
    }
    for (const [label, { shape, data }] of Object.entries(run.finalState)) {
      expectClose(state[label].data, data, { relative: 1e-10, absolute: 1e-10, label, shape });
    }
  });

  it('are a run worth following: the loss falls, and no decision hangs on rounding', () => {
    const { steps, batches, margin, float32 } = ninTenSteps();
    const losses = steps.map(({ loss }) => loss.data[0]);
    expect(losses.at(-1)).toBeLessThan(0.5 * losses[(steps.length - 1) % batches.length]);
    expect(margin).toBeGreaterThan(1e-5);
    expect(float32.gradient).toBeLessThan(1e-5);
  });
});
