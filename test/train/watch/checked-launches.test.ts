import { describe, expect, it } from 'vitest';
import * as dg from '../../../src/index.js';
import { useDevice } from '../../support/device.js';

const { train: images } = dg.glyphs({ train: 30, test: 1 });
const SEED = 5;

/** What stands between two convolutions, and may do harm. */
class Between extends dg.Module {
  constructor(readonly op: (x: dg.Tensor) => dg.Tensor) {
    super();
  }
  forward(x: dg.Tensor): dg.Tensor {
    return this.op(x);
  }
}

/** A small net with its trainer, which checks its numerics. */
function assembled(
  device: dg.Device,
  options: Partial<dg.TrainerOptions> = {},
  { between = (x: dg.Tensor) => x, lr = 0.01 } = {},
) {
  const init = dg.init.he();
  const model = new dg.Sequential({
    first: new dg.Conv2d(device, 3, 4, { kernelSize: 5, stride: 4, activation: 'relu', init }),
    between: new Between(between),
    second: new dg.Conv2d(device, 4, 10, { kernelSize: 1, init }),
    gap: new dg.GlobalAvgPool2d(),
  });
  const batches = new dg.BatchLoader(device, images, { batch: 10, shuffleSeed: 1 });
  const optimizer = new dg.SGD(model.parameters(), { lr, momentum: 0.9 });
  const schedule = dg.schedule.constant();
  return {
    model,
    trainer: new dg.Trainer({ device, model, optimizer, schedule, batches, checkNumerics: true, ...options }),
  };
}

async function train(trainer: dg.Trainer): Promise<number[]> {
  const losses: number[] = [];
  for await (const score of trainer.epoch()) losses.push(dg.lossOf(score));
  return losses;
}

async function found(trainer: dg.Trainer): Promise<dg.NotFiniteError> {
  const error = await train(trainer).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(dg.NotFiniteError);
  return error as dg.NotFiniteError;
}

describe('checkNumerics', () => {
  const gpu = useDevice({ seed: SEED });

  it('comes to the same bits as training without, where all is well', async () => {
    const [checked, plain] = [await dg.Device.create({ seed: SEED }), await dg.Device.create({ seed: SEED })];
    const one = assembled(checked);
    const other = assembled(plain, { checkNumerics: false });
    expect(await train(one.trainer)).toEqual(await train(other.trainer));
    for (const [name, tensor] of one.model.stateDict()) {
      expect(await tensor.toArray(), name).toEqual(await other.model.stateDict().get(name)!.toArray());
    }
    for (const device of [checked, plain]) device.destroy();
  });

  it('finds the layer in which a NaN was planted, with all that it was given', async () => {
    const { model, trainer } = assembled(gpu.device);
    const weight = model.stateDict().get('second.weight')!;
    const values = (await weight.toArray()) as Float32Array;
    weight.write(values.with(5, Number.NaN));
    const { launch, message } = await found(trainer);
    expect(launch).toMatchObject({
      when: 'step 1 of epoch 1',
      layer: 'second',
      op: 'conv2d',
      direction: 'forward',
      output: { shape: [10, 10, 7, 7], notFinite: 490 },
    });
    const given = launch.inputs.find(({ parameter }) => parameter === 'second.weight')!;
    expect(given.values).toEqual(values.with(5, Number.NaN));
    expect(given.statistics).toMatchObject({ count: 40, notFinite: 1 });
    const x = launch.inputs.find(({ shape }) => shape.length === 4 && shape[1] === 4 && shape[2] === 7)!;
    expect(x.statistics).toMatchObject({ count: 1960, notFinite: 0, least: 0 });
    expect(message).toMatch(
      /^step 1 of epoch 1: numbers that are not finite come first from layer "second", conv2d, forward, kernel \S+, launch \d+ of the step: 490 of 4900 elements of \w+ \[10, 10, 7, 7\]; it was given .*second\.weight \[10, 4, 1, 1\] from -[\d.]+ to [\d.]+, 1 not finite/,
    );
  });

  it('finds the op of a backward pass that makes infinity of finite numbers', async () => {
    const root = dg.customOp({
      name: 'root',
      forward: (x) => x.scale(1),
      // 1 / 0, where the ReLU before left a zero
      backward: (dy, { inputs: [x] }) => [dy.divide(x!)],
    });
    const { trainer } = assembled(gpu.device, {}, { between: root });
    const { launch } = await found(trainer);
    expect(launch).toMatchObject({ layer: 'between', op: 'root', direction: 'backward' });
    expect(launch.inputs.every(({ statistics }) => statistics?.notFinite === 0)).toBe(true);
  });

  it('finds the update of a parameter that overflows', async () => {
    const { trainer } = assembled(gpu.device, {}, { between: (x) => x.scale(1e4), lr: 1e38 });
    const { launch } = await found(trainer);
    expect(launch).toMatchObject({ direction: 'update', layer: '', kernel: expect.stringMatching(/^sgd/) });
    expect(launch.output.name).toMatch(/^second\.(weight|bias)$|^first/);
    for (const { statistics } of launch.inputs) expect(statistics?.notFinite ?? 0).toBe(0);
  });

  it('lets gradients overflow whose loss is scaled: such a step is skipped', async () => {
    const scaler = new dg.GradScaler(gpu.device, { initScale: 2 ** 126 });
    const { trainer } = assembled(gpu.device, { scaler }, { between: (x) => x.scale(100) });
    expect(await train(trainer)).toHaveLength(3);
    expect(await trainer.takeSkippedSteps()).toBeGreaterThan(0);
  });
});
