import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Device } from '../../../src/gpu/device.js';
import { useMeasurements } from '../../../src/kernels/products/choice/choose-variant.js';
import { readCheckpoint } from '../../../src/train/checkpoints/checkpoint.js';
import { checkpointOf } from '../../../src/train/checkpoints/saved-model.js';
import type { RunConfig } from '../../../src/train/recipes/config.js';
import { readMetrics } from '../../../src/train/run/metrics.js';
import { type OpenRun, openRun } from '../../../src/train/run/open-run.js';
import type { Reporter } from '../../../src/train/run/reporter.js';
import { type RunOptions, runTraining } from '../../../src/train/run/run.js';
import { DivergedError } from '../../../src/train/run/run-error.js';
import { deviceSettings } from '../../../src/train/run/session.js';
import { useDirectory } from '../../support/directory.js';
import { tinyConfig, tinyData } from './tiny-run.js';

const directory = useDirectory();
const within = (...names: string[]) => join(directory.path, ...names);
/** Epochs of 11 steps: of five, all are queued before the first is saved. */
const config: RunConfig = { ...tinyConfig, batch: 4, batchNorm: true, checkpointEvery: { steps: 1 } };

/** Work on a device of its own, as each run must: initial weights are drawn from the device's random streams. */
async function withDevice<T>(work: (device: Device) => Promise<T>): Promise<T> {
  const device = await Device.create(deviceSettings(config));
  try {
    return await work(device);
  } finally {
    device.destroy();
  }
}

/** Train in a directory; returns what was warned of. */
async function train(
  name: string,
  options: Partial<RunOptions> = {},
  before: (device: Device) => void = () => {},
): Promise<string[]> {
  const warnings: string[] = [];
  const { reporter, ...others } = options;
  await withDevice((device) => {
    before(device);
    return runTraining({
      config,
      dataset: tinyData,
      device,
      path: within(name),
      reporter: { warned: (text) => warnings.push(text), ...reporter },
      ...others,
    });
  });
  return warnings;
}

/** All that must be the same whether or not a run was stopped. */
function traceOf(name: string) {
  const { tensors, position, optimizer, best } = readCheckpoint(within(name, 'last.safetensors'));
  const bits = [...tensors].map(([tensor, { values }]) => [
    tensor,
    Buffer.from(values.buffer).toString('hex'),
  ]);
  const metrics = readMetrics(within(name, 'metrics.jsonl')).map(
    ({ imagesPerSecond, seconds, ...rest }) => rest,
  );
  return { bits, position, optimizer, best, metrics };
}

/** Another run as it was when this one was copied. */
function copyOf(name: string, original: string): string {
  // Without the claim of who trains the original.
  const filter = (path: string) => basename(path) !== 'claims';
  cpSync(within(original), within(name), { recursive: true, filter });
  return name;
}

/** Change one bit of one of the values in a file. */
function damage(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length - 1000]! ^= 1;
  writeFileSync(path, bytes);
}

beforeAll(async () => {
  // The directory as it is during the first epoch, when a crash might leave it so.
  const reporter: Reporter = {
    stepped: () => {
      if (!existsSync(within('straight', 'previous.safetensors')) || existsSync(within('crashed'))) return;
      copyOf('crashed', 'straight');
    },
  };
  await train('straight', { reporter });
  copyOf('crashed-before', 'crashed');
});

describe('a run that is saved at every step', () => {
  it('ends with the weights of one that is never saved within an epoch', async () => {
    await train('unsaved', { config: { ...config, checkpointEvery: false } });
    expect(traceOf('unsaved')).toEqual(traceOf('straight'));
  });

  it('goes on to the bit from a checkpoint within an epoch', async () => {
    const { position } = readCheckpoint(within('crashed', 'last.safetensors'));
    expect(position.epoch).toBe(0);
    expect(position.step).toBeLessThan(11);
    expect(position.score.count).toBe(position.step * config.batch);
    await train('crashed', { resume: true });
    expect(traceOf('crashed')).toEqual(traceOf('straight'));
  });

  it('goes on, warning, when the disk refuses a checkpoint within an epoch', async () => {
    const reporter: Reporter = {
      // The checkpoint before cannot be kept where a directory has its name.
      started: () => void mkdirSync(within('refused', 'previous.safetensors')),
      evaluating: () => rmSync(within('refused', 'previous.safetensors'), { recursive: true, force: true }),
    };
    const warnings = await train('refused', { reporter });
    expect(warnings[0]).toMatch(
      /^writing .*last\.safetensors: .*; training goes on, and will be saved later$/,
    );
    expect(traceOf('refused')).toEqual(traceOf('straight'));
  });
});

describe('a checkpoint', () => {
  it('is refused whichever byte is damaged', () => {
    copyOf('bytes', 'straight');
    const path = within('bytes', 'best.safetensors');
    const sound = readFileSync(path);
    for (let at = 0; at < sound.length; at += 101) {
      const bytes = Buffer.from(sound);
      bytes[at]! ^= 0x10;
      writeFileSync(path, bytes);
      expect(() => checkpointOf(within('bytes'), 'best'), `byte ${at}`).toThrow(`reading ${path}: `);
    }
  });

  it.each<[string, (path: string) => void, RegExp]>([
    ['has a flipped bit', damage, /it is damaged/],
    ['is cut short', (path) => truncateSync(path, 5000), /bytes/],
    ['is missing', rmSync, /no such file/],
  ])('that %s is replaced by the one before, saying so', async (how, harm, why) => {
    const name = copyOf(`harmed-${how}`, 'straight');
    harm(within(name, 'last.safetensors'));
    const warnings = await train(name, { resume: true });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(why);
    expect(warnings[0]).toContain('; taking the one before, of step ');
    expect(traceOf(name)).toEqual(traceOf('straight'));
  });

  it.each<[string, (path: string) => void, RegExp]>([
    ['is damaged', damage, /best\.safetensors: it is damaged/],
    ['is missing', rmSync, /best\.safetensors: .*no such file/],
  ])('of the best epoch that %s is missed when the run goes on, and made anew', async (how, harm, why) => {
    const name = copyOf(`best-${how}`, 'straight');
    harm(within(name, 'best.safetensors'));
    // The one before the last is in the middle of an epoch.
    renameSync(within(name, 'previous.safetensors'), within(name, 'last.safetensors'));
    const { best, position } = readCheckpoint(within(name, 'last.safetensors'));
    expect(best?.epoch).toBe(position.epoch);
    expect(position.step).toBeGreaterThan(0);
    const warnings = await train(name, { resume: true });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(why);
    expect(warnings[0]).toMatch(/the best so far, is lost: the best of the epochs to come takes its place$/);
    expect(checkpointOf(within(name), 'best').position.epoch).toBe(position.epoch + 1);
  });

  it('of the best epoch that is damaged is made anew of the last one, if that is of the same epoch', async () => {
    const name = copyOf('best-is-last', 'crashed-before');
    const controller = new AbortController();
    const reporter: Reporter = { finishedEpoch: () => controller.abort() };
    await train(name, { resume: true, reporter, signal: controller.signal });
    const sound = readFileSync(within(name, 'best.safetensors'));
    damage(within(name, 'best.safetensors'));
    const stopped: Reporter = { started: () => controller.abort() };
    const warnings = await train(name, { resume: true, reporter: stopped, signal: controller.signal });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      /is damaged: .*; taking .*last\.safetensors, which is of the same epoch, in its place$/,
    );
    expect(readFileSync(within(name, 'best.safetensors'))).toEqual(sound);
  });

  it('of which the one before is damaged too is refused, and nothing is changed', async () => {
    const name = copyOf('both', 'straight');
    for (const file of ['last', 'previous']) damage(within(name, `${file}.safetensors`));
    await expect(train(name, { resume: true })).rejects.toThrow(
      /last\.safetensors: it is damaged: .*; nor can the one before be read: reading .*previous\.safetensors: it is damaged/,
    );
    expect(readMetrics(within(name, 'metrics.jsonl'))).toHaveLength(2);
  });

  it('that is damaged never takes the place of the one before', async () => {
    const name = copyOf('kept', 'straight');
    const previous = readFileSync(within(name, 'previous.safetensors'));
    damage(within(name, 'last.safetensors'));
    const controller = new AbortController();
    const reporter: Reporter = { started: () => controller.abort() };
    await train(name, { resume: true, reporter, signal: controller.signal });
    readCheckpoint(within(name, 'last.safetensors'));
    expect(readFileSync(within(name, 'previous.safetensors'))).toEqual(previous);
  });

  it('goes on from the best where that is all that its process came to write, of the last epoch', async () => {
    const name = copyOf('killed-between', 'straight');
    const { position } = readCheckpoint(within(name, 'best.safetensors'));
    for (const file of ['last', 'previous']) rmSync(within(name, `${file}.safetensors`));
    const metrics = readFileSync(within(name, 'metrics.jsonl'), 'utf8').split('\n');
    writeFileSync(within(name, 'metrics.jsonl'), `${metrics.slice(0, position.epoch).join('\n')}\n`);
    await train(name, { resume: true });
    expect(traceOf(name)).toEqual(traceOf('straight'));
  });

  it('is not begun anew where only the best is left, of an earlier epoch', async () => {
    const name = copyOf('headless', 'straight');
    for (const file of ['last', 'previous']) rmSync(within(name, `${file}.safetensors`));
    const [line = ''] = readFileSync(within(name, 'metrics.jsonl'), 'utf8').trimEnd().split('\n').slice(-1);
    const { epoch } = JSON.parse(line);
    appendFileSync(
      within(name, 'metrics.jsonl'),
      `${line.replace(`"epoch":${epoch}`, `"epoch":${epoch + 1}`)}\n`,
    );
    await expect(train(name, { resume: true })).rejects.toThrow(
      /last\.safetensors is missing, though .*best\.safetensors is there; to go on from its best epoch, copy/,
    );
    cpSync(within(name, 'best.safetensors'), within(name, 'last.safetensors'));
    await train(name, { resume: true });
    expect(traceOf(name)).toEqual(traceOf('straight'));
  });

  it('is never written of a net whose numbers are not finite', async () => {
    const name = copyOf('infected', 'straight');
    const last = readFileSync(within(name, 'last.safetensors'));
    await withDevice(async (device) => {
      const run: OpenRun = await openRun({
        config,
        dataset: tinyData,
        device,
        path: within(name),
        resume: true,
      });
      const [parameter] = run.session.model.parameters();
      parameter!.write(new Float32Array(parameter!.size).fill(Number.NaN));
      await expect(run.savePosition()).rejects.toThrow(DivergedError);
      await expect(run.savePosition()).rejects.toThrow(
        /^training diverged: the tensor "model\..*" holds numbers that are not finite, after step/,
      );
      await run.close();
    });
    expect(readFileSync(within(name, 'last.safetensors'))).toEqual(last);
  });
});

describe('a run', () => {
  it('is not resumed with a config that was changed after its checkpoint', async () => {
    const changed = { ...config, learningRate: 0.5, seed: config.seed, limit: 40 };
    await expect(train('straight', { resume: true, config: changed })).rejects.toThrow(
      `${within('straight')}: its config was changed after its checkpoint: learningRate is 0.5, was ` +
        `${config.learningRate}; limit is 40, was not set. Change it back; for a new run`,
    );
    const allowed = { ...config, checkpointEvery: false as const, data: '/elsewhere' };
    await train(copyOf('allowed', 'straight'), { resume: true, config: allowed });
  });

  it('computes as it began, though its adapter was tuned since', async () => {
    const name = copyOf('tuned', 'crashed-before');
    const { tuning } = readCheckpoint(within(name, 'last.safetensors'));
    const others = Object.keys(tuning?.variants ?? {}).map((key) => [
      key,
      { variant: 'tiled', milliseconds: {} },
    ]);
    expect(others.length).toBeGreaterThan(10);
    await train(name, { resume: true }, (device) => useMeasurements(device, Object.fromEntries(others)));
    expect(traceOf(name)).toEqual(traceOf('straight'));
  });

  it.each<[string, (path: string) => void, RegExp]>([
    ['vanishes', (path) => rmSync(path, { recursive: true }), /: the directory is gone/],
    [
      'is replaced',
      (path) => {
        renameSync(path, `${path}-before`);
        mkdirSync(path);
      },
      /: another directory lies there/,
    ],
  ])('notices that its directory %s', async (how, harm, message) => {
    const name = `lost-${how}`;
    let harmed = false;
    const reporter: Reporter = {
      stepped: () => {
        if (!harmed) harm(within(name));
        harmed = true;
      },
    };
    await expect(train(name, { reporter })).rejects.toThrow(message);
    expect(existsSync(within(name, 'last.safetensors'))).toBe(false);
  });
});
