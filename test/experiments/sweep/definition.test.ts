import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { enterSweep, sweepDefinition, trialsOf } from '../../../src/experiments/sweep/definition.js';
import { parseDimension } from '../../../src/experiments/sweep/dimension.js';
import type { RunConfig } from '../../../src/train/recipes/config.js';
import { useDirectory } from '../../support/directory.js';
import { tinyConfig } from '../../train/run/tiny-run.js';

const directory = useDirectory();
const within = (name: string) => join(directory.path, name);

const base: RunConfig = { ...tinyConfig, validation: { images: 12, from: 'end' } };
const define = (change: Partial<RunConfig> = {}, over = ['weightDecay=0.1,0.2'], random?: number) =>
  sweepDefinition({ ...base, ...change }, over.map(parseDimension), random);

describe('a sweep', () => {
  it('has a run for each trial, which leaves the test images alone', () => {
    expect(trialsOf(define())).toEqual([
      {
        name: 'trial-0001',
        settings: { weightDecay: 0.1 },
        config: { ...base, retrain: true, weightDecay: 0.1 },
      },
      {
        name: 'trial-0002',
        settings: { weightDecay: 0.2 },
        config: { ...base, retrain: true, weightDecay: 0.2 },
      },
    ]);
  });

  it('needs something to vary, images held out, each field once, and trials that are runs', () => {
    expect(() => define({}, [])).toThrow('a sweep varies something: --over FIELD=VALUE,VALUE,...');
    expect(() => sweepDefinition(tinyConfig, [parseDimension('batch=1')])).toThrow(
      /hold some out with --validation N/,
    );
    expect(() => define({}, ['batch=1', 'batch=2'])).toThrow('--over batch: it is there twice');
    expect(() => define({}, ['batch=1,0.5'])).toThrow(
      /^trial-0002 \(batch=0.5\): "batch": invalid input: expected int/,
    );
    expect(() => define({}, ['batch=uniform:1..9'], 2)).toThrow(/^trial-0001 \(batch=.*\): "batch": /);
  });

  it('is written where it begins, and found again', () => {
    const definition = define({}, ['weightDecay=log:1e-5..1'], 3);
    const path = within('new/sweep');
    expect(enterSweep(path, definition)).toEqual(definition);
    expect(JSON.parse(readFileSync(join(path, 'sweep.json'), 'utf8'))).toEqual(definition);
    expect(enterSweep(path, definition)).toEqual(definition);
    expect(enterSweep(path)).toEqual(definition);
  });

  it('goes on where its data lie now', () => {
    const path = within('moved');
    enterSweep(path, define({ dataset: 'mnist', data: '/old' }));
    expect(enterSweep(path, define({ dataset: 'mnist', data: '/new' })).config.data).toBe('/new');
  });

  it('refuses to become another, and says what differs', () => {
    const path = within('defined');
    enterSweep(path, define());
    expect(() => enterSweep(path, define({ batch: 4, kernelSizes: [3, 3, 3] }))).toThrow(
      `${path} holds a sweep that was defined otherwise: batch is 8 there and 4 here; ` +
        'kernelSizes is none there and [3,3,3] here. Repeat its settings',
    );
    expect(() => enterSweep(path, define({}, ['weightDecay=0.1,0.3']))).toThrow(
      '--over weightDecay is 0.1,0.2 there and 0.1,0.3 here',
    );
    expect(() => enterSweep(path, define({}, ['weightDecay=log:0.1..1'], 2))).toThrow(
      '--over weightDecay is 0.1,0.2 there and log:0.1..1 here; --random is none there and 2 here',
    );
    expect(() => enterSweep(path, define({}, ['weightDecay=0.1,0.2', 'head=gap']))).toThrow(
      '--over head is none there and gap here',
    );
  });

  it('takes no directory with something else', () => {
    mkdirSync(within('used'));
    writeFileSync(within('used/file'), '');
    expect(() => enterSweep(within('used'), define())).toThrow(/is not empty, and holds no sweep/);
    expect(() => enterSweep(within('used/file'), define())).toThrow(
      /not a directory|a part of the path is a file/,
    );
    expect(() => enterSweep(within('nowhere'))).toThrow(/no sweep to go on with: it has no sweep.json/);
  });

  it.each([
    ['text', /sweep.json: not the definition of a sweep, since it is not valid JSON/],
    ['{}', /sweep.json: "version": /],
    [JSON.stringify({ ...define(), over: [] }), /sweep.json: "over": too small/],
    [JSON.stringify({ ...define(), config: { ...base, batch: 0 } }), /sweep.json: "config.batch": too small/],
  ])('is read from its file, which may be damaged', (text, message) => {
    const path = within(`damaged-${text.length}`);
    mkdirSync(path);
    writeFileSync(join(path, 'sweep.json'), text);
    expect(() => enterSweep(path)).toThrow(message);
  });
});
