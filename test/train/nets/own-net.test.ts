import { renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Device } from '../../../src/gpu/device.js';
import type { Conv2d } from '../../../src/nn/index.js';
import { checkpointOf, SavedModel } from '../../../src/train/checkpoints/saved-model.js';
import { openModel } from '../../../src/train/nets/open-model.js';
import {
  type ConfigOptions,
  chooseConfig,
  chooseWithoutData,
  resumedConfig,
} from '../../../src/train/recipes/choose-config.js';
import type { RunConfig } from '../../../src/train/recipes/config.js';
import { type FinishedRun, type RunOutcome, runTraining } from '../../../src/train/run/run.js';
import { RunError } from '../../../src/train/run/run-error.js';
import { useDevice } from '../../support/device.js';
import { useFreshDirectory } from '../../support/directory.js';
import { SEED, tinyData } from '../run/tiny-run.js';

const gpu = useDevice({ seed: SEED });
const directory = useFreshDirectory();

/** A net of a convolution, batch norm and a linear layer; `head` is the number of its outputs. */
const source = ({ head = 'classes', before = '', kind = 'async ' } = {}) => `
import { BatchNorm2d, Conv2d, Dropout, GlobalAvgPool2d, Linear, Module, init } from 'dawngrad';
${before}
class Net extends Module {
  constructor(device, { input, classes }) {
    super();
    this.conv = new Conv2d(device, input.channels, 4, { kernelSize: 5, stride: 4, activation: 'relu', init: init.he() });
    this.bn = new BatchNorm2d(device, 4);
    this.pool = new GlobalAvgPool2d();
    this.drop = new Dropout(0.2);
    this.fc = new Linear(device, 4, ${head}, { init: init.he() });
  }
  forward(x) {
    return this.fc.forward(this.drop.forward(this.pool.forward(this.bn.forward(this.conv.forward(x)))));
  }
}
export default ${kind}(device, task) => new Net(device, task);
`;

function write(text: string, name = 'my-net.mjs'): string {
  const path = directory.file(name);
  writeFileSync(path, text);
  return path;
}

const choose = (model: string, options: Partial<ConfigOptions> = {}): RunConfig =>
  chooseConfig({
    model,
    dataset: 'glyphs',
    ...options,
    changes: { seed: SEED, epochs: 2, batch: 8, ...options.changes },
  });

/** On a device of its own: first weights depend on what was drawn before. */
async function train(config: RunConfig, path: string, options: object = {}): Promise<RunOutcome> {
  const device = await Device.create({ seed: SEED });
  try {
    return await runTraining({ config, dataset: tinyData, device, path, ...options });
  } finally {
    device.destroy();
  }
}

describe('the file of a net', () => {
  it.each<[string, string, RegExp]>([
    [
      'no default export',
      'export const net = 1;',
      /it has no default export; it must export a function \(device, \{ input, classes \}\)/,
    ],
    [
      'something else',
      'export default { layers: 3 };',
      /its default export is an object; it must export a function/,
    ],
    ['a class', 'export default class Net {}', /is a class; .* \(device, task\) => new Net\(device, task\)$/],
    [
      'no Module',
      'export default () => ({ a: 1 });',
      /its function returned an object; it must return a Module$/,
    ],
    [
      'nothing',
      'export default async () => {};',
      /its function returned undefined; it must return a Module$/,
    ],
    [
      'a Module of others',
      'export default () => ({ forward() {}, stateDict() {} });',
      /a Module of another copy of dawngrad; import it as 'dawngrad'/,
    ],
    [
      'what throws',
      'export default () => {\n  throw new Error("too\\nbad");\n};',
      /line 2: building the net failed: too bad$/,
    ],
    ['what cannot be imported', 'import "./nowhere.mjs";', /it cannot be imported: .*nowhere\.mjs/],
    ['what is no JavaScript', 'export default (', /it cannot be imported: /],
    [
      'too many outputs',
      source({ head: 'classes + 1' }),
      /its net makes \[2, 11\] of images \[2, 3, 32, 32\]; expected \[batch, classes\], here \[2, 10\]$/,
    ],
    [
      'what is made for one size of batch',
      source().replace(/return (this\.fc.*);/, 'return $1.reshape([2, -1]);'),
      /its net makes \[2, 15\] of images \[3, 3, 32, 32\]; expected \[batch, classes\], here \[3, 10\]$/,
    ],
    [
      'layers that do not fit',
      source({ head: 'classes' }).replace('input.channels', '7'),
      /does not take images \[2, 3, 32, 32\]: Conv2d "conv": .*7/,
    ],
    [
      'no parameters',
      'import { Flatten } from "dawngrad"; export default () => new Flatten();',
      /its net has no parameters to train/,
    ],
    [
      'a forward that waits',
      source().replace('  forward(x)', '  async forward(x)'),
      /forward returns a Promise; it must return a Tensor, at once$/,
    ],
  ])('is refused in one line that names it: %s', async (_, text, message) => {
    const path = write(text);
    const opened = openModel(chooseWithoutData({ model: path, changes: {} }), gpu.device);
    const error = await opened.then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error).toBeInstanceOf(RunError);
    expect(error!.message).toMatch(message);
    expect(error!.message.startsWith(path)).toBe(true);
    expect(error!.message).not.toContain('\n');
  });

  it('is built for the images, whether its function is asynchronous or not', async () => {
    const config = chooseWithoutData({
      model: write(source({ kind: '' })),
      changes: { input: [1, 9, 9], classes: 3 },
    });
    const model = await openModel(config, gpu.device);
    expect((model.children().get('conv') as Conv2d).weight.shape).toEqual([4, 1, 5, 5]);
    expect(model.stateDict().get('fc.weight')!.shape).toEqual([3, 4]);
    expect(model.training).toBe(true);
  });

  it('is written as the example says', async () => {
    const model = fileURLToPath(new URL('../../../examples/own-net.mjs', import.meta.url));
    const net = await openModel(chooseWithoutData({ model, changes: {} }), gpu.device);
    expect([...net.namedParameters().keys()]).toContain('bn1.weight');
  });

  it('in TypeScript is refused by a Node that does not run it', async () => {
    const features = process.features as { typescript?: unknown };
    if (features.typescript) return;
    const config = chooseWithoutData({ model: write('export default 1', 'net.ts'), changes: {} });
    await expect(openModel(config, gpu.device)).rejects.toThrow(
      /net\.ts: Node v\S+ does not run TypeScript; use Node 22\.18/,
    );
  });

  it('that is not there is named', () => {
    expect(() => choose(directory.file('none.mjs'))).toThrow(/none\.mjs: cannot be read: no such file/);
  });

  it.each<[object, string]>([
    [
      { changes: { width: 2, linearHead: true } },
      "--width, --linear-head: only for dawngrad's own models; my-net.mjs builds its net itself",
    ],
    [
      { model: 'nin-glyphs', changes: { classes: 3 } },
      '--classes: only for nets of your own; nin-glyphs says that itself',
    ],
  ])('has no options of ours, nor ours its: %j', (options, message) => {
    expect(() => choose(write(source()), options)).toThrow(`the settings of this run: ${message}`);
  });

  it('has none in a trial of a sweep either', async () => {
    const config = { ...chooseWithoutData({ model: write(source()), changes: {} }), dropout: 0.1 };
    await expect(openModel(config, gpu.device)).rejects.toThrow("--dropout: only for dawngrad's own models");
  });
});

describe('a run of a net of the user', () => {
  let net: string;
  let path: string;
  beforeEach(() => {
    net = write(source());
    path = directory.file('run');
  });

  it('names the file and its hash, goes on from there to the bit, and is used later', async () => {
    const config = choose(net, { average: 'ema' });
    expect(config).toMatchObject({
      model: net,
      modelSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      groups: [],
    });
    expect(config).not.toHaveProperty('width');
    const { testScore } = (await train(config, directory.file('whole'))) as FinishedRun;
    const stopped = new AbortController();
    const stepped = () => stopped.abort(new Error('stop'));
    expect(await train(config, path, { signal: stopped.signal, reporter: { stepped } })).toMatchObject({
      state: 'stopped',
    });
    const saved = checkpointOf(path, 'last');
    expect(saved.config).toMatchObject({ input: [3, 32, 32], classes: 10, model: net });
    const moved = write(source(), 'moved.mjs');
    renameSync(net, directory.file('gone.mjs'));
    const again = resumedConfig(path, { model: moved, changes: {} });
    expect(await train(again, path, { resume: true })).toMatchObject({
      state: 'finished',
      testScore,
    });
    const [one, other] = [checkpointOf(path, 'last'), checkpointOf(directory.file('whole'), 'last')];
    for (const [name, { values }] of other.tensors)
      expect(one.tensors.get(name)!.values, name).toEqual(values);
    const warn = vi.fn();
    const used = await SavedModel.open(gpu.device, other, { file: moved, warn });
    expect(await used.score(tinyData)).toEqual(testScore);
    expect(warn).not.toHaveBeenCalled();
  });

  it('does not go on with another net; its weights are used with one that they fit, saying so', async () => {
    const config = choose(net, { changes: { epochs: 1 } });
    await train(config, path);
    write(source({ before: '// a remark' }));
    const again = async () => train(resumedConfig(path, { changes: { epochs: 2 } }), path, { resume: true });
    await expect(again()).rejects.toThrow(
      /my-net\.mjs: the net's file has changed since the run began \(SHA-256 .*\); change it back/,
    );
    const warn = vi.fn();
    const file = write(source({ before: '// a remark' }), 'edited.mjs');
    await SavedModel.open(gpu.device, checkpointOf(path, 'last'), { file, warn });
    expect(warn).toHaveBeenCalledWith(
      expect.stringContaining("the net's file has changed since the run began"),
    );
    const other = write(source().replaceAll('this.fc', 'this.linear'), 'other.mjs');
    await expect(
      SavedModel.open(gpu.device, checkpointOf(path, 'last'), { file: other, warn }),
    ).rejects.toThrow(/missing: linear\.weight/);
  });

  it('may follow a recipe, which names the file from where it lies itself', () => {
    const recipe = (lines: object) => {
      const file = directory.file('mine.json');
      writeFileSync(file, JSON.stringify({ extends: 'nin-cifar10', description: 'mine', ...lines }));
      return chooseConfig({ recipe: file, data: directory.path, dataset: 'cifar-10', changes: {} });
    };
    expect(recipe({ model: 'my-net.mjs', groups: [] })).toMatchObject({
      recipe: 'mine',
      model: net,
      batch: 128,
    });
    expect(recipe({ model: './my-net.mjs' })).not.toHaveProperty('dropout');
    expect(() => recipe({ model: 'my-net.mjs', dropout: 0.5 })).toThrow(
      "--dropout: only for dawngrad's own models",
    );
    expect(() => recipe({ model: 'my-net.mjs', modelSha256: '0'.repeat(64) })).toThrow(
      'it is not the file that the config names',
    );
  });
});
