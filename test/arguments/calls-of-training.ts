/** How data and training are called, rightly and wrongly. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as dawngrad from '../../src/index.js';
import { a, argumentsOn, type Call, fields, options, STRANGER, text, whole, work } from './arguments.js';

/** They read a file, or a directory. */
const {
  detectDataset,
  loadDataset,
  readCheckpoint,
  readMetrics,
  readPreprocessing,
  readProbeMetrics,
  readRecipe,
  readResult,
} = dawngrad;
const READERS = {
  detectDataset,
  loadDataset,
  readCheckpoint,
  readMetrics,
  readPreprocessing,
  readProbeMetrics,
  readRecipe,
  readResult,
};

/** They are told a score. */
const { errorOf, lossOf, formatTestError } = dawngrad;
const OF_SCORES = { errorOf, lossOf, formatTestError };

/** With right arguments there is still no such file. */
const unlessMissing =
  (call: (path: string) => unknown) =>
  (path: string): unknown => {
    try {
      return call(path);
    } catch (error) {
      if (error instanceof dawngrad.ArgumentError || path !== 'nowhere') throw error;
      return undefined;
    }
  };

const score = () =>
  fields(
    { lossSum: 1.5, correct: 3, count: 5 },
    { lossSum: undefined },
    { correct: 6 },
    { correct: -1 },
    { count: 2.5 },
  );

/** By public name; several calls where there are several ways. */
export function callsOfTraining(gpu: {
  readonly device: dawngrad.Device;
}): Readonly<Record<string, () => readonly Call[]>> {
  const { device, net, parameter } = argumentsOn(gpu);
  const normalise = { mean: [0, 0, 0], std: [1, 1, 1] };
  const images = () => dawngrad.glyphs({ train: 10, test: 10 }).test;
  const sets = () =>
    a(
      images(),
      undefined,
      { ...images(), count: 11 },
      { ...images(), height: 31 },
      { ...images(), labels: images().labels.map((label) => label + 1) },
      { ...images(), labels: [...images().labels] },
      { ...images(), labels: images().labels.subarray(1) },
      { ...images(), classes: new Array(300).fill('a class') },
      { ...images(), pixels: images().pixels.subarray(1) },
      { ...images(), pixels: [...images().pixels] },
    );
  const loader = () => new dawngrad.BatchLoader(gpu.device, images(), { batch: 5 });
  return {
    BatchLoader: () => [
      [
        (...args: [never, never, never]) => new dawngrad.BatchLoader(...args),
        device(),
        sets(),
        options(
          {
            batch: 5,
            normalisation: normalise,
            shuffleSeed: 1,
            dropLast: true,
            augment: { padding: 1, flip: true },
          },
          { batch: 0 },
          { batch: undefined },
          { normalisation: { mean: [0], std: [1] } },
          { normalisation: { mean: [0, 0, 0], std: [1, 1, 0] } },
          { augment: { padding: 1.5, flip: true } },
          { augment: { flip: true } },
          { augment: { padding: 1, flip: true, cutout: -1 } },
          { augment: { padding: 1, flip: true, rotate: 3 } },
        ),
      ],
      [(epoch: number, step: number) => loader().batch(epoch, step), whole(0, -1), whole(1, -1, 2)],
    ],
    glyphs: () => [
      [
        dawngrad.glyphs,
        options({ seed: 1, train: 1, test: 1 }, { train: 0 }, { test: 1.5 }, { validation: 3 }),
      ],
    ],
    normalisationOf: () => [[dawngrad.normalisationOf, sets()]],
    take: () => [[dawngrad.take, sets(), whole(0, -1, 10), whole(5, 0)]],
    Preprocessing: () => [
      [dawngrad.Preprocessing.fit, device(), a([{ name: 'standardise' }], [{ name: 'nonsense' }]), sets()],
    ],
    Trainer: () => [
      [
        (o: never) => new dawngrad.Trainer(o),
        options(
          {
            device: gpu.device,
            model: net(),
            optimizer: new dawngrad.Adam([parameter()]),
            schedule: dawngrad.schedule.constant(),
            batches: loader(),
            scaler: new dawngrad.GradScaler(gpu.device),
            probe: 2,
            checkNumerics: true,
          },
          { probe: 0 },
          { schedule: undefined },
          { schedule: 3 },
          { labelSmoothing: 2 },
          { average: { model: net() } },
        ),
      ],
    ],
    withOrigins: () => [[dawngrad.withOrigins, a([net()], undefined, 3, [3], [STRANGER]), work(() => 1)]],
    evaluate: () => [
      [
        async (...args: [never, never, never]) => {
          for await (const _ of dawngrad.evaluate(...args));
        },
        device(),
        a(net(), 3, STRANGER),
        a(loader(), images(), STRANGER),
      ],
    ],
    checkpointOf: () => [
      [
        (run: never, which: never) => {
          try {
            dawngrad.checkpointOf(run, which);
          } catch (error) {
            if (error instanceof dawngrad.ArgumentError) throw error;
          }
        },
        text('no-such-run'),
        text('last', 'first'),
      ],
    ],
    ...Object.fromEntries(
      Object.entries(READERS).map(([name, read]) => [name, () => [[unlessMissing(read), text('nowhere')]]]),
    ),
    loadRunData: () => [
      [dawngrad.loadRunData, a({ model: 'nin-glyphs', dataset: 'glyphs' }, undefined, null, 3, {})],
    ],
    RunDirectory: () => [
      [unlessMissing(dawngrad.RunDirectory.open), text('nowhere')],
      [
        (path: unknown, config: never) =>
          dawngrad.RunDirectory.create(
            typeof path === 'string' ? mkdtempSync(join(path, 'run-')) : (path as never),
            config,
          ),
        a(mkdtempSync(join(tmpdir(), 'dawngrad-')), undefined, 3, STRANGER),
        a({}, undefined, 3, null),
      ],
    ],
    decodeSafetensors: () => [
      [
        dawngrad.decodeSafetensors,
        a(dawngrad.encodeSafetensors({ tensors: new Map(), metadata: {} }), undefined, 3, {}, 'x'),
        text('a file'),
      ],
    ],
    deviceSettings: () => [
      [
        dawngrad.deviceSettings,
        a({ seed: 1, precision: 'high' }, undefined, null, 3, {}, { seed: -1, precision: 'high' }),
      ],
    ],
    addScores: () => [[dawngrad.addScores, score(), score()]],
    ...Object.fromEntries(Object.entries(OF_SCORES).map(([name, of]) => [name, () => [[of, score()]]])),
    download: () => [
      [
        (name: never, directory: never, some: never) =>
          dawngrad.download(name, directory, some).catch((error) => {
            if (error instanceof dawngrad.ArgumentError) throw error;
          }),
        a('no such data set'),
        text('nowhere'),
        options({ baseUrl: 'http://localhost', onProgress: () => {}, signal: new AbortController().signal }),
      ],
    ],
    chooseConfig: () => [
      [
        dawngrad.chooseConfig,
        options(
          { model: 'nin-glyphs', changes: {}, augment: true, warmUp: 1 },
          { changes: undefined },
          { learningRate: 1 },
        ),
      ],
    ],
  };
}
