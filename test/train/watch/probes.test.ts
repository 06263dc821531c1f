import { describe, expect, it } from 'vitest';
import * as dg from '../../../src/index.js';
import type { StepProbes } from '../../../src/train/watch/probes.js';
import { useDevice } from '../../support/device.js';

const { train: images } = dg.glyphs({ train: 20, test: 1 });

/** A small net with its trainer, and a batch of all images. */
function assembled(device: dg.Device, options: Partial<dg.TrainerOptions> = {}) {
  const init = dg.init.he();
  const model = new dg.Sequential({
    conv: new dg.Conv2d(device, 3, 4, { kernelSize: 5, stride: 4, activation: 'relu', init }),
    block: new dg.Sequential(new dg.Dropout(0), new dg.Conv2d(device, 4, 10, { kernelSize: 1, init })),
    gap: new dg.GlobalAvgPool2d(),
  });
  const batches = new dg.BatchLoader(device, images, { batch: 10, shuffleSeed: 1 });
  const optimizer = new dg.SGD(model.parameters(), { lr: 0.1 });
  const schedule = dg.schedule.constant();
  const trainer = new dg.Trainer({ device, model, optimizer, schedule, batches, ...options });
  return { model, batches, trainer };
}

async function probesOf(trainer: dg.Trainer, epochs: number): Promise<StepProbes[]> {
  const found: StepProbes[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const _ of trainer.epoch()) found.push(...trainer.takeProbes());
    trainer.finishEpoch();
  }
  return found;
}

/** Statistics by plain loops. */
function statisticsOf(values: Float32Array | Uint32Array) {
  const list = [...values];
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  const squares = list.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    count: list.length,
    notFinite: 0,
    zeros: list.filter((value) => value === 0).length,
    least: Math.min(...list),
    most: Math.max(...list),
    mean: expect.closeTo(mean, 6),
    deviation: expect.closeTo(Math.sqrt(squares / list.length), 6),
  };
}

/** A leaf with a tensor's values. */
const detached = async (x: dg.Tensor) => dg.fromArray(x.device, (await x.toArray()) as Float32Array, x.shape);

describe('probes', () => {
  const gpu = useDevice({ seed: 1 });

  it('are taken in the first of each so many steps, of each layer once and of each parameter', async () => {
    const { trainer } = assembled(gpu.device, { probe: 3 });
    const found = await probesOf(trainer, 3);
    expect(found.map(({ step }) => step)).toEqual([1, 4]);
    for (const { probes } of found) {
      expect(probes.map(({ probe, name }) => `${probe} ${name}`)).toEqual([
        'activation conv',
        'activation block.1',
        'activation gap',
        'outputGradient gap',
        'outputGradient block.1',
        'outputGradient conv',
        'gradient conv.weight',
        'gradient conv.bias',
        'gradient block.1.weight',
        'gradient block.1.bias',
      ]);
    }
  });

  it('say what passed through the net, and change nothing of it', async () => {
    const other = assembled(gpu.device);
    const { images: batch, labels } = other.batches.batch(0, 0);
    const [conv, block] = other.model.children().values() as unknown as [dg.Module, dg.Module];
    const y = conv.forward(batch);
    const z = block.forward(y);
    const loss = dg.crossEntropy(other.model.forward(batch), labels).loss;
    loss.backward();
    const { trainer, model } = assembled(gpu.device, { probe: 1 });
    model.loadStateDict(other.model.stateDict());
    const [{ probes }] = (await probesOf(trainer, 1)) as [StepProbes];
    const of = (wanted: string) => probes.find(({ name }) => name === wanted);
    expect(of('conv')).toMatchObject(statisticsOf(await y.toArray()));
    expect(of('conv')!.zeros).toBeGreaterThan(0);
    expect(of('block.1')).toMatchObject(statisticsOf(await z.toArray()));
    const logits = Object.assign(await detached(other.model.forward(batch)), { requiresGrad: true });
    dg.crossEntropy(logits, labels).loss.backward();
    const gradient = probes.find(({ probe, name }) => probe === 'outputGradient' && name === 'gap');
    expect(gradient).toMatchObject(statisticsOf(await logits.grad!.toArray()));
    for (const [name, { grad }] of other.model.namedParameters()) {
      expect(of(name), name).toMatchObject(statisticsOf(await grad!.toArray()));
    }
    // Both trainers from here on: to the same bits.
    expect(await probesOf(other.trainer, 1)).toEqual([]);
    for (const [name, tensor] of other.model.stateDict()) {
      expect(await tensor.toArray(), name).toEqual(await model.stateDict().get(name)!.toArray());
    }
  });

  it('tell gradients of the loss, where that is scaled', async () => {
    const { device } = gpu;
    const { trainer, model } = assembled(device, { probe: 1, scaler: new dg.GradScaler(device) });
    const other = assembled(device, { probe: 1 });
    // The second net of a device has other first weights.
    other.model.loadStateDict(model.stateDict());
    const [[{ probes }], [{ probes: unscaled }]] = [
      await probesOf(trainer, 1),
      await probesOf(other.trainer, 1),
    ] as [[StepProbes], [StepProbes]];
    expect(probes.map(({ name }) => name)).toEqual(unscaled.map(({ name }) => name));
    for (const [index, { name, mean, most }] of probes.entries()) {
      expect(mean, name).toBeCloseTo(unscaled[index]!.mean, 6);
      expect(most, name).toBeCloseTo(unscaled[index]!.most, 6);
    }
  });
});
