import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { decode } from 'fast-png';
import { beforeAll, describe, expect, it } from 'vitest';
import { Device } from '../../../src/gpu/device.js';
import { imagesToJudge } from '../../../src/inspect/report/judgement.js';
import { curvePoints } from '../../../src/inspect/report/plots.js';
import { type ReportContent, reportContent } from '../../../src/inspect/report/report-content.js';
import { reportPage } from '../../../src/inspect/report/report-page.js';
import { type JudgeOptions, RunJudge } from '../../../src/inspect/report/run-judge.js';
import { type RunRecord, readRuns } from '../../../src/inspect/report/run-record.js';
import { writeReport } from '../../../src/inspect/report/write-report.js';
import { SavedModel } from '../../../src/train/checkpoints/saved-model.js';
import { runTraining } from '../../../src/train/run/run.js';
import { deviceSettings } from '../../../src/train/run/session.js';
import { useDirectory } from '../../support/directory.js';
import { tinyConfig, tinyData } from '../../train/run/tiny-run.js';
import { writeRun } from './written-run.js';

const directory = useDirectory();

/** Judges on the first glyphs, or not at all. */
const judgeOn = (images: number | undefined, withModel?: JudgeOptions['withModel']) =>
  new RunJudge({
    ...{ which: 'last', images, withModel },
    warn: (text) => {
      throw new Error(text);
    },
  });

/** The data in a page. */
const dataIn = (html: string): ReportContent & { live: boolean } =>
  JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)![1]!);

describe('the images that a net is judged on', () => {
  const record = (validation: boolean, tested: boolean): RunRecord =>
    ({
      config: { ...tinyConfig, ...(validation && { validation: { images: 10, from: 'end' } }) },
      result: tested ? { epochs: 2, test: { error: 0, wrong: 0, images: 20, loss: 0 } } : undefined,
    }) as RunRecord;

  it.each([
    ['held out, as long as the test images are not scored', true, false, 'validation', 10],
    ['test images, once these are scored', true, true, 'test', 20],
    ['test images, where none are held out', false, false, 'test', 20],
  ])('are %s', (_, validation, tested, kind, count) => {
    const images = imagesToJudge(record(validation, tested), tinyData);
    expect([images.kind, images.set.count, images.available]).toEqual([kind, count, count]);
  });

  it('have classes with names that people can read, whatever they are', () => {
    const odd = (set: typeof tinyData.test) => ({
      ...set,
      classes: set.classes.map((name) => `${name}\n\u0001`),
    });
    const data = { ...tinyData, train: odd(tinyData.train), test: odd(tinyData.test) };
    expect(imagesToJudge(record(false, false), data).set.classes[0]).toBe(
      `${tinyData.test.classes[0]}\\n\\u0001`,
    );
  });

  it('are the first of them, where so few are asked for', () => {
    const images = imagesToJudge(record(false, false), tinyData, 5);
    expect([images.set.count, images.available]).toEqual([5, 20]);
    expect(imagesToJudge(record(false, false), tinyData, 500).set.count).toBe(20);
  });
});

describe('a report without a net', () => {
  it('has the curves, and says what is missing', async () => {
    const [record] = readRuns([writeRun(directory.path, 'unsaved')]);
    const seen = await judgeOn(undefined).lookInto(record!);
    expect(seen).toMatchObject({ filters: undefined, judgement: 'There is no checkpoint yet.' });
    const { runs } = dataIn(reportPage(reportContent([seen], 0), { live: false }));
    expect(runs[0]!.metrics).toEqual(record!.metrics);
    expect(runs[0]).toMatchObject({
      name: 'unsaved',
      state: 'stopped',
      model: 'nin-glyphs',
      dataset: 'glyphs',
    });
  });

  it('tells in which settings runs differ, and in which not', () => {
    const paths = [
      writeRun(directory.path, 'slow', { config: { learningRate: 0.001 } }),
      writeRun(directory.path, 'fast'),
    ];
    const runs = readRuns(paths).map((record) => ({ record, filters: undefined, judgement: undefined }));
    const { settings } = reportContent(runs, 0);
    const differing = settings.filter(({ differs }) => differs);
    expect(differing.map(({ field }) => field)).toEqual(['learningRate']);
    expect(differing[0]!.values[0]).toBe('0.001');
    expect(settings.find(({ field }) => field === 'schedule')!.values).toHaveLength(2);
  });
});

describe('the curves', () => {
  const metrics = [
    { ...{ epoch: 1, trainLoss: 2, trainError: 0.5, validationLoss: 3, validationError: 0.75 } },
  ] as unknown as RunRecord['metrics'];

  it('are those of the images that are scored after each epoch, and the score at the end', () => {
    const result = { epochs: 1, test: { error: 0.25, loss: 1, wrong: 1, images: 4 } };
    const points = curvePoints([{ name: 'a', metrics, result } as unknown as RunRecord]);
    expect(points.map(({ images, epoch, loss, error }) => [images, epoch, loss, error])).toEqual([
      ['training', 1, 2, 50],
      ['validation', 1, 3, 75],
      ['test', 1, 1, 25],
    ]);
  });
});

describe('the report of a trained run', () => {
  const run = () => directory.file('run');
  const [html, png] = [() => directory.file('report.html'), () => directory.file('report.png')];
  let content: ReportContent;

  const onDevice = async <T>(work: (device: Device) => Promise<T>): Promise<T> => {
    const device = await Device.create(deviceSettings(tinyConfig));
    try {
      return await work(device);
    } finally {
      device.destroy();
    }
  };

  beforeAll(async () => {
    await onDevice((device) => runTraining({ config: tinyConfig, dataset: tinyData, device, path: run() }));
    const judge = judgeOn(60, (checkpoint, work) =>
      onDevice((device) => work(new SavedModel(device, checkpoint))),
    );
    await writeReport(readRuns([run()]), { judge, html: html(), png: png() });
    content = dataIn(readFileSync(html(), 'utf8'));
  });

  it('scores the net class by class', () => {
    const { judgement } = content.runs[0]!;
    if (typeof judgement !== 'object') throw new Error(judgement);
    expect(judgement).toMatchObject({ kind: 'test', count: 60, available: 1000, epoch: 2 });
    const { confusion, total } = judgement.byClass;
    const right = confusion.reduce((sum, row, label) => sum + row[label]!, 0);
    expect(right).toBe(total.correct);
    expect(confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(60);
  });

  it('shows the worst mistakes, the worst first, and class maps', () => {
    const { judgement } = content.runs[0]!;
    if (typeof judgement !== 'object') throw new Error(judgement);
    const { worst, classMaps } = judgement;
    expect(worst.length).toBeGreaterThan(0);
    const own = worst.map(({ guesses: [, own] }) => own!.probability);
    expect(own).toEqual(own.toSorted((a, b) => a - b));
    for (const {
      guesses: [guess, own],
    } of worst)
      expect(guess!.probability).toBeGreaterThanOrEqual(own!.probability);
    expect(classMaps.length).toBeGreaterThan(0);
    for (const { maps } of classMaps) expect(maps).toHaveLength(10);
    const pictures = [...worst, ...classMaps.flatMap(({ maps }) => maps)].map(({ png }) => png);
    for (const picture of pictures) expect(picture).toMatch(/^data:image\/png;base64,/);
  });

  it('shows the filters of the first layer', () => {
    expect(content.runs[0]!.filters).toMatchObject({ weight: expect.stringMatching(/weight$/) });
    expect(content.runs[0]!.filters!.all.length).toBeGreaterThan(1);
  });

  it('is a page that needs no other file and no network', () => {
    expect(readFileSync(html(), 'utf8')).not.toMatch(
      /https?:\/\/(?!www\.w3\.org)|\bsrc="(?!data:)|@import|url\(/,
    );
  });

  it('has a script that a browser can read: no two of its modules use a name twice', () => {
    const [, script = ''] = /<script type="module">(.*?)<\/script>/s.exec(readFileSync(html(), 'utf8')) ?? [];
    expect(script.length).toBeGreaterThan(1000);
    expect(() => new Script(script)).not.toThrow();
  });

  it('is a picture too', () => {
    const { width, height } = decode(readFileSync(png()));
    expect(width).toBeGreaterThan(800);
    expect(height).toBeGreaterThan(600);
  });

  it('says so where the data are elsewhere now', async () => {
    const [record] = readRuns([run()]);
    const moved = new RunJudge({
      ...{ which: 'last', data: { data: directory.file('nowhere') }, warn: () => {} },
      withModel: () => Promise.reject(new Error('no net is needed for that')),
    });
    const { judgement, filters } = await moved.lookInto(record!);
    expect(judgement).toMatch(/nowhere/);
    expect(filters).toBeDefined();
  });
});
