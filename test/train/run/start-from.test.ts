import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { Device } from '../../../src/gpu/device.js';
import { BatchNorm2d, Conv2d, GlobalAvgPool2d, init, Linear, Sequential } from '../../../src/nn/index.js';
import { readCheckpoint } from '../../../src/train/checkpoints/checkpoint.js';
import { startFrom } from '../../../src/train/checkpoints/start-from.js';
import { saveWeights } from '../../../src/train/checkpoints/weights.js';
import { chooseConfig } from '../../../src/train/recipes/choose-config.js';
import type { RunConfig } from '../../../src/train/recipes/config.js';
import { freeze } from '../../../src/train/recipes/frozen.js';
import { runTraining } from '../../../src/train/run/run.js';
import { useDevice } from '../../support/device.js';
import { useDirectory } from '../../support/directory.js';
import { SEED, tinyConfig, tinyData } from './tiny-run.js';

const gpu = useDevice({ seed: SEED });
const directory = useDirectory();

const net = (classes: number, maps = 4) =>
  new Sequential({
    conv: new Conv2d(gpu.device, 2, maps, { kernelSize: 3, init: init.he() }),
    bn: new BatchNorm2d(gpu.device, maps),
    pool: new GlobalAvgPool2d(),
    fc: new Linear(gpu.device, maps, classes, { init: init.he() }),
  });

const layer = (name: string) => net(3).children().get(name)!;

describe('weights to start from', () => {
  const path = () => directory.file('net.safetensors');
  const loading = (model: Sequential, warn = vi.fn()) => {
    startFrom({ path: path() }, { model, average: undefined }, warn);
    return warn.mock.calls.map(([text]) => (text as string).replace(path(), 'FILE'));
  };

  it('are those of the layers of the same shape; the others begin anew, and are named', async () => {
    const [one, other] = [net(3), net(5)];
    await saveWeights(path(), one);
    const before = await other.stateDict().get('fc.bias')!.toArray();
    expect(loading(other)).toEqual([
      'FILE: of another shape, so begun anew: fc (fc.weight is [3, 4] there, [5, 4] here, fc.bias is [3] there, [5] here)',
    ]);
    expect(await other.stateDict().get('conv.weight')!.toArray()).toEqual(
      await one.stateDict().get('conv.weight')!.toArray(),
    );
    expect(await other.stateDict().get('fc.bias')!.toArray()).toEqual(before);
    expect(loading(net(3))).toEqual([]);
  });

  it('of fewer or more layers are told of; of none that fits, refused', async () => {
    await saveWeights(path(), new Sequential({ conv: layer('conv'), last: layer('fc') }));
    expect(loading(net(3))).toEqual([
      'FILE: not in it, so begun anew: bn.weight, bn.bias, bn.running_mean, bn.running_var, fc.weight, fc.bias',
      'FILE: not used, since the net has nothing of that name: last.weight, last.bias',
    ]);
    await saveWeights(path(), new Sequential({ other: layer('fc') }));
    expect(() => loading(net(3))).toThrow(
      'nothing in it fits the net; it has other.weight, other.bias, the net conv.weight, conv.bias, bn.weight',
    );
    const changed = { path: path(), sha256: '0'.repeat(64) };
    expect(() => startFrom(changed, { model: net(3), average: undefined }, () => {})).toThrow(
      'have changed since the run began',
    );
  });
});

it('what is frozen is named, and something is left to train', () => {
  expect(() => freeze(net(3), ['head.*'])).toThrow(
    /^freeze: no parameter is called head\.\*; the model has conv\.weight, conv\.bias, bn\.weight/,
  );
  expect(() => freeze(net(3), ['conv.*', '*n.*', 'fc.*'])).toThrow('leave some to train');
});

describe('a run with frozen layers', () => {
  const train = async (config: RunConfig, name: string, options: object = {}) => {
    const device = await Device.create({ seed: SEED });
    try {
      await runTraining({ config, dataset: tinyData, device, path: directory.file(name), ...options });
    } finally {
      device.destroy();
    }
    return readCheckpoint(join(directory.file(name), 'last.safetensors'));
  };

  it('leaves them as they were, statistics of batch norm too, and goes on to the bit', async () => {
    const base = { ...tinyConfig, batchNorm: true, weightDecay: 0.1 };
    const first = await train({ ...base, epochs: 1 }, 'first');
    const { initFrom, freeze: names } = chooseConfig({
      initFrom: directory.file('first'),
      changes: { freeze: ['block1.*', 'block2.conv.bias'] },
    });
    expect(initFrom).toMatchObject({ path: first.path, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const config = { ...base, learningRate: 0.01, initFrom, freeze: names } as RunConfig;
    const whole = await train(config, 'whole');
    const moved = [...whole.tensors].filter(([name, { values }]) => {
      const before = name.startsWith('model.') ? first.tensors.get(name)!.values : values;
      return values.some((value, index) => value !== before[index]);
    });
    const changed = moved.map(([name]) => name);
    expect(
      changed.filter((name) => name.startsWith('model.block1.') || name === 'model.block2.conv.bias'),
    ).toEqual([]);
    expect(changed).toEqual(
      expect.arrayContaining(['model.block2.conv.weight', 'model.block2.conv_bn.running_mean']),
    );

    const stopped = new AbortController();
    const stepped = () => stopped.abort(new Error('stop'));
    await train(config, 'part', { signal: stopped.signal, reporter: { stepped } });
    const again = await train(config, 'part', { resume: true });
    for (const [name, { values }] of whole.tensors)
      expect(again.tensors.get(name)!.values, name).toEqual(values);
  });
});
