import { describe, expect, it, vi } from 'vitest';
import { crossEntropy } from '../../src/autograd/ops/losses/cross-entropy.js';
import { backward } from '../../src/autograd/tape.js';
import { BatchLoader } from '../../src/data/loader.js';
import type { Device } from '../../src/gpu/device.js';
import { OutOfMemoryError } from '../../src/gpu/gpu-errors.js';
import { randomState } from '../../src/kernels/random-key.js';
import { tidy } from '../../src/tensor/tidy.js';
import { BatchProgram } from '../../src/train/batch-program.js';
import type { RunConfig } from '../../src/train/recipes/config.js';
import { standardisedImages } from '../../src/train/run/data/run-images.js';
import { assemble, type Session } from '../../src/train/run/session.js';
import { evaluate, Trainer, trainingWork } from '../../src/train/trainer.js';
import { useDevice } from '../support/device.js';
import { SEED, tinyConfig, tinyData } from './run/tiny-run.js';

/** Every number that the run has learned so far. */
async function bitsOf({ model }: Session): Promise<string[]> {
  const tensors = await Promise.all([...model.stateDict().values()].map((tensor) => tensor.toArray()));
  return tensors.map((values) => Buffer.from(values.buffer).toString('hex'));
}

describe.each(['sgd', 'adam', 'adamw', 'rmsprop'] as const)('steps with %s', (optimizerName) => {
  const [recorded, eager] = [useDevice({ seed: SEED }), useDevice({ seed: SEED })];
  const config = { ...tinyConfig, optimizer: optimizerName, learningRate: 0.01, batchNorm: true };

  it('give the same bits replayed as eagerly', async () => {
    const replayed = assemble(config, recorded.device, standardisedImages(tinyData));
    const losses: number[] = [];
    for await (const { lossSum, count } of replayed.trainer.epoch()) losses.push(lossSum / count);

    const { model, optimizer, schedule, train, ...rest } = assemble(
      config,
      eager.device,
      standardisedImages(tinyData),
    );
    model.train();
    for (let step = 0; step < train.steps; step++) {
      optimizer.factor = schedule.factor(step / train.steps);
      const loss = tidy(eager.device, () => {
        const { images, labels } = train.batch(0, step);
        const { loss } = crossEntropy(model.forward(images), labels);
        optimizer.zeroGrad();
        backward(loss);
        optimizer.step();
        return loss.item();
      });
      expect(await loss).toBe(losses[step]);
    }
    expect(await bitsOf({ model, optimizer, schedule, train, ...rest })).toEqual(await bitsOf(replayed));
  });
});

describe('planning and compiling a step', () => {
  const [planned, untouched] = [useDevice({ seed: SEED }), useDevice({ seed: SEED })];
  const config = { ...tinyConfig, optimizer: 'adam', batchNorm: true } as const;

  it('count no step and draw no random key: training that comes after takes the same course', async () => {
    const { device } = planned;
    const session = assemble(config, device, standardisedImages(tinyData));
    const { model, optimizer, train, trainer } = session;
    const keys = await randomState(device).read();
    const program = new BatchProgram(device, train, trainingWork(model.train(), optimizer));
    program.plan(config.batch);
    await program.compile(0, 0);
    program.dispose();
    expect(new Set(optimizer.stateDict().steps)).toEqual(new Set([0]));
    expect(await randomState(device).read()).toEqual(keys);

    const other = assemble(config, untouched.device, standardisedImages(tinyData));
    for await (const _ of trainer.epoch());
    for await (const _ of other.trainer.epoch());
    expect(new Set(optimizer.stateDict().steps)).toEqual(new Set([train.steps]));
    expect(await bitsOf(session)).toEqual(await bitsOf(other));
  });
});

describe('images that are on the device', () => {
  const [resident, uploaded] = [useDevice({ seed: SEED }), useDevice({ seed: SEED })];

  /** Steps of an epoch, and what the net learned by them. */
  async function epochOn(device: Device, onDevice: boolean): Promise<{ losses: number[]; bits: string[] }> {
    const images = standardisedImages(tinyData);
    const session = assemble(tinyConfig, device, images);
    const { normalisation } = images.train;
    const augment = { padding: 2, flip: true, cutout: 4 };
    const options = { batch: tinyConfig.batch, normalisation, augment, shuffleSeed: SEED, dropLast: true };
    const batches = new BatchLoader(device, tinyData.train, { ...options, onDevice });
    const trainer = new Trainer({ ...session.trainer.options, batches });
    const losses: number[] = [];
    for await (const { lossSum } of trainer.epoch()) losses.push(lossSum);
    return { losses, bits: await bitsOf(session) };
  }

  it('train a net to the same bits as those that are uploaded', async () => {
    const [one, other] = [await epochOn(resident.device, true), await epochOn(uploaded.device, false)];
    expect(one.losses.length).toBeGreaterThan(2);
    expect(one).toEqual(other);
  });

  it('make room where a step finds none beside them, once', async () => {
    const { device } = resident;
    const images = standardisedImages(tinyData);
    const { model, optimizer } = assemble(tinyConfig, device, images);
    const { normalisation } = images.train;
    const batches = new BatchLoader(device, tinyData.train, { batch: 8, normalisation, onDevice: true });
    const program = new BatchProgram(device, batches, trainingWork(model.train(), optimizer));
    const leave = vi.spyOn(batches, 'leaveDevice');
    const full = new OutOfMemoryError('full');
    const compile = vi.spyOn(device, 'compile').mockRejectedValueOnce(full);
    await program.compile(0, 0);
    expect(leave.mock.results).toMatchObject([{ value: true }]);
    expect((await program.run(0, 0)).count).toBe(8);
    program.dispose();
    // Now there is nothing that could make room.
    compile.mockRejectedValueOnce(full);
    await expect(program.compile(0, 0)).rejects.toThrow(/^a step of 8 images needs/);
    compile.mockRestore();
  });

  it('make room where the second of two sizes of batch finds none, though the first picks from them', async () => {
    const { device } = resident;
    const images = standardisedImages(tinyData);
    const { model, optimizer } = assemble(tinyConfig, device, images);
    const { normalisation } = images.train;
    const batches = new BatchLoader(device, tinyData.train, { batch: 16, normalisation, onDevice: true });
    const program = new BatchProgram(device, batches, trainingWork(model.train(), optimizer));
    const leave = vi.spyOn(batches, 'leaveDevice');
    const through = device.compile.bind(device);
    const compile = vi.spyOn(device, 'compile').mockImplementation(through);
    compile.mockImplementationOnce(through).mockRejectedValueOnce(new OutOfMemoryError('full'));
    await program.compile(0, 2, 0);
    expect(leave.mock.results).toMatchObject([{ value: true }]);
    expect(compile).toHaveBeenCalledTimes(4);
    compile.mockRestore();
    const record = vi.spyOn(device, 'record');
    expect(await Promise.all([program.run(0, 0), program.run(0, 2)])).toMatchObject([
      { count: 16 },
      { count: 12 },
    ]);
    expect(record).not.toHaveBeenCalled();
    record.mockRestore();
    program.dispose();

    vi.spyOn(device, 'compile')
      .mockImplementationOnce(through)
      .mockRejectedValueOnce(new OutOfMemoryError('full'));
    const before = device.memory.used;
    await expect(program.compile(0, 2, 0)).rejects.toThrow(/^a step of 16 images, beside one of 12, needs/);
    // What earlier tests left behind may be collected meanwhile.
    expect(device.memory.used).toBeLessThanOrEqual(before);
    vi.restoreAllMocks();
  });
});

describe('a trainer that scales its loss, and averages its weights', () => {
  const gpu = useDevice({ seed: SEED, precision: 'medium' });

  it('is prepared for the smaller last batch of an epoch too', async () => {
    const { device } = gpu;
    const config: RunConfig = {
      ...{ ...tinyConfig, precision: 'medium', batch: 16, labelSmoothing: 0.1 },
      average: { name: 'ema', decay: 0.9, start: 0 },
    };
    const { trainer, average, scaler } = assemble(config, device, standardisedImages(tinyData));
    expect(scaler).toBeDefined();
    await trainer.prepare();
    const [record, compile] = [vi.spyOn(device, 'record'), vi.spyOn(device, 'compile')];
    const counts: number[] = [];
    for await (const { count } of trainer.epoch()) counts.push(count);
    expect(counts).toEqual([16, 16, 12]);
    expect([record, compile].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    expect(average?.averaged).toBe(3);
    vi.restoreAllMocks();
  });
});

describe('evaluation', () => {
  const gpu = useDevice({ seed: SEED });

  it('scores every image, also those of a smaller last batch, and gives its memory back', async () => {
    const { device } = gpu;
    const images = standardisedImages(tinyData);
    const session = assemble(tinyConfig, device, images);
    const { model } = session;
    const { normalisation } = images.test;
    const test = new BatchLoader(device, tinyData.test, { normalisation, batch: 8 });
    const before = device.memory.used;
    const counts: number[] = [];
    for await (const { count } of evaluate(device, model, test)) counts.push(count);
    expect(counts).toEqual([8, 8, 4]);
    // What earlier tests left behind may be collected meanwhile.
    expect(device.memory.used).toBeLessThanOrEqual(before);
    // Held until here: what the garbage collector takes would be given back.
    expect(session.test.count).toBe(20);
  });
});
