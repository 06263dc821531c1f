/** A net that is not a number any more says so: its loss is NaN, and the run stops. */
import { describe, expect, it } from 'vitest';
import { crossEntropy } from '../../src/autograd/ops/losses/cross-entropy.js';
import { noGrad } from '../../src/autograd/tape.js';
import { Conv2d } from '../../src/nn/layers/conv2d.js';
import { GlobalAvgPool2d } from '../../src/nn/layers/global-avg-pool2d.js';
import { ReLU } from '../../src/nn/layers/relu.js';
import { Sequential } from '../../src/nn/layers/sequential.js';
import { from, randn } from '../../src/tensor/create.js';
import { tidy } from '../../src/tensor/tidy.js';
import { standardisedImages } from '../../src/train/run/data/run-images.js';
import { DivergedError } from '../../src/train/run/run-error.js';
import { assemble } from '../../src/train/run/session.js';
import { useDevice } from '../support/device.js';
import { SEED, tinyConfig, tinyData } from './run/tiny-run.js';

const gpu = useDevice({ seed: SEED });
const config = { ...tinyConfig, dropout: 0, augment: false } as const;

describe('a net with a weight of NaN', () => {
  it('has a loss of NaN, whichever parameter it is in', async () => {
    const { model, train } = assemble(config, gpu.device, standardisedImages(tinyData));
    const loss = () =>
      tidy(gpu.device, () => {
        const { images, labels } = train.batch(0, 0);
        return noGrad(() => crossEntropy(model.forward(images), labels).loss.item());
      });
    const values = new Map<string, number>();
    for (const [name, parameter] of model.namedParameters()) {
      const before = (await parameter.toArray()) as Float32Array;
      parameter.write(before.slice().fill(Number.NaN, 0, 1)); // one of them
      values.set(name, await loss());
      parameter.write(before);
    }
    expect(values.size).toBeGreaterThan(4);
    expect(new Set(values.values())).toEqual(new Set([Number.NaN]));
    expect(await loss()).toBeGreaterThan(0);
  });

  it('has one behind a ReLU of its own, too', async () => {
    const last = new Conv2d(gpu.device, 3, 10, { kernelSize: 1 });
    last.weight.write(new Float32Array(last.weight.size).fill(Number.NaN));
    const net = new Sequential(last, new ReLU(), new GlobalAvgPool2d());
    const { loss } = crossEntropy(
      net.forward(randn(gpu.device, [4, 3, 4, 4])),
      from(gpu.device, [0, 1, 2, 3], 'u32'),
    );
    expect(await loss.item()).toBeNaN();
  });

  it('ends its run with what to do', async () => {
    const { model, trainer } = assemble(config, gpu.device, standardisedImages(tinyData));
    const [weight] = model.parameters();
    weight!.write(new Float32Array(weight!.size).fill(Number.NaN));
    const train = async () => {
      for await (const _ of trainer.epoch());
    };
    await expect(train).rejects.toThrow(DivergedError);
    await expect(train).rejects.toThrow(/every label is one of the classes/);
  });
});
