/** A gradient that is not finite leaves what it leaves in PyTorch: a parameter that is NaN or infinite, for good. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Adam } from '../../../src/nn/optim/adam.js';
import { AdamW } from '../../../src/nn/optim/adamw.js';
import type { Optimizer } from '../../../src/nn/optim/optimizer.js';
import type { RateOptions } from '../../../src/nn/optim/options.js';
import { RMSprop } from '../../../src/nn/optim/rmsprop.js';
import { SGD } from '../../../src/nn/optim/sgd.js';
import { Parameter } from '../../../src/nn/parameter.js';
import { useDevice } from '../../support/device.js';
import { upload } from '../../support/expect-op.js';
import { ordinary64, placed64, runsOf } from '../../support/special-values.js';

const gpu = useDevice();

/** By their names in test/fixtures/special_values.py. */
const OPTIMIZERS: Readonly<Record<string, (parameter: Parameter) => Optimizer<RateOptions>>> = {
  SGD: (parameter) => new SGD([parameter], { lr: 0.1 }),
  'SGD, Nesterov': (parameter) =>
    new SGD([parameter], { lr: 0.1, momentum: 0.9, weightDecay: 0.01, nesterov: true }),
  Adam: (parameter) => new Adam([parameter], { lr: 0.1 }),
  RMSprop: (parameter) => new RMSprop([parameter], { lr: 0.1 }),
  'RMSprop, momentum': (parameter) => new RMSprop([parameter], { lr: 0.1, momentum: 0.9, weightDecay: 0.01 }),
  'RMSprop, centered': (parameter) => new RMSprop([parameter], { lr: 0.1, centered: true }),
  AdamW: (parameter) => new AdamW([parameter], { lr: 0.1, weightDecay: 0.01 }),
};

const fixture = new URL('../../fixtures/special_values.json', import.meta.url);
const { optimizers }: { optimizers: Record<string, { rotation: number; results: [string] }[]> } = JSON.parse(
  readFileSync(fixture, 'utf8'),
);

describe('NaN and the infinities in a gradient', () => {
  it.each(Object.entries(OPTIMIZERS))('%s', async (name, make) => {
    for (const { rotation, results } of optimizers[name]!) {
      const parameter = new Parameter(gpu.device, [9], () => Float32Array.from(ordinary64([9], 1).data));
      const optimizer = make(parameter);
      for (const gradient of [placed64(ordinary64([9], 0), rotation), ordinary64([9], 0)]) {
        optimizer.zeroGrad();
        parameter.grad = upload(gpu.device, gradient);
        optimizer.step();
      }
      expect([runsOf(await parameter.toArray())], `rotation ${rotation}`).toEqual(results);
    }
  });
});
