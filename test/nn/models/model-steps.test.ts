import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { backward } from '../../../src/autograd/tape.js';
import { CrossEntropyLoss } from '../../../src/nn/loss.js';
import { models } from '../../../src/nn/models/index.js';
import type { ModelOptions } from '../../../src/nn/models/model.js';
import { SGD } from '../../../src/nn/optim/sgd.js';
import { fromArray } from '../../../src/tensor/create.js';
import { tidy } from '../../../src/tensor/tidy.js';
import { expectClose } from '../../support/close.js';
import { useDevice } from '../../support/device.js';

interface Values {
  shape: number[];
  data: number[];
}

/** See test/fixtures/model_steps.py. A locally connected layer's weight is `[rows, columns, outputs, inputs, 3, 3]` there too. */
interface Case {
  model: string;
  options: ModelOptions;
  float32: { loss: number; gradient: number };
  images: 'colour' | 'grey';
  labels: Values;
  initialState: Record<string, Values>;
  losses: Values;
  gradients: Record<string, Values>;
}

const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/model_steps.json', import.meta.url), 'utf8'),
) as { images: Record<Case['images'], Values>; cases: Case[] };

const gpu = useDevice();

/** Our sums run in another order than PyTorch's: allow several times what it loses to single precision itself. */
const SLACK = 6;
/** PyTorch may by chance lose no more than this, and the file has seven digits. */
const ROUNDING = 2 ** -21;

/** As in the script: a gradient that is 0 but for rounding is measured by the largest of all. */
const NOTHING = 1e-9;
const largest = ({ data }: Values) => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Dropout that drops nothing leaves the fully connected head as it is. */
const cases = fixture.cases.flatMap((one) =>
  one.options.head === 'fc'
    ? [one, { ...one, options: { ...one.options, head: 'fc-dropout' as const } }]
    : [one],
);

/** A model with the weights of a case, and what trains it. */
function start({ model: name, options, images, labels, initialState }: Case) {
  const { device } = gpu;
  const model = models.get(name)!.build(device, { ...options, dropout: 0 });
  const host = ({ shape, data }: Values) => ({ shape, values: Float32Array.from(data) });
  model.loadStateDict(new Map(Object.entries(initialState).map(([key, values]) => [key, host(values)])));
  const { shape, data } = fixture.images[images];
  const x = fromArray(device, Float32Array.from(data), shape);
  const target = fromArray(device, Uint32Array.from(labels.data), labels.shape);
  const optimizer = new SGD(model.parameters(), { lr: 0.02 });
  const loss = new CrossEntropyLoss();
  const lossAndGradients = () =>
    tidy(device, () => {
      optimizer.zeroGrad();
      const value = loss.forward(model.forward(x), target);
      backward(value);
      return value;
    });
  return { model, optimizer, lossAndGradients };
}

describe('a first step has the loss and the gradients of PyTorch, and steps bring the loss down', () => {
  it.each(cases.map((one) => [`${one.model} ${JSON.stringify(one.options)}`, one] as const))(
    '%s',
    async (_, one) => {
      const { model, optimizer, lossAndGradients } = start(one);
      const losses = [await lossAndGradients().item()];
      const tolerance = (lost: number) => SLACK * Math.max(lost, ROUNDING);
      expect(Math.abs(losses[0]! - one.losses.data[0]!)).toBeLessThan(tolerance(one.float32.loss));
      expect([...model.namedParameters().keys()].sort()).toEqual(Object.keys(one.gradients).sort());
      const ofAll = Math.max(...Object.values(one.gradients).map(largest));
      for (const [label, expected] of Object.entries(one.gradients)) {
        const own = largest(expected);
        const absolute = tolerance(one.float32.gradient) * (own > NOTHING * ofAll ? own : ofAll);
        const actual = await model.namedParameters().get(label)!.grad!.toArray();
        expectClose(actual, expected.data, { relative: 0, absolute, label, shape: expected.shape });
      }
      for (let step = 1; step < one.losses.data.length; step++) {
        optimizer.step();
        losses.push(await lossAndGradients().item());
      }
      for (const [step, loss] of losses.entries()) {
        if (step > 0) expect(loss, `loss after step ${step}`).toBeLessThan(losses[step - 1]!);
      }
    },
  );

  it('has a case for every model but the one that is drawn', () => {
    const covered = new Set(cases.map(({ model }) => model));
    expect([...models.keys()].filter((name) => !covered.has(name))).toEqual(['nin-glyphs']);
  });
});
