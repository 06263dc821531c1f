import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { redrawn, toldByHand } from '../../../src/experiments/results/blocks.js';
import { type KeptRun, keepRun, keptRunOf, readKeptRuns } from '../../../src/experiments/results/kept-run.js';
import { drawFrom, figure3 } from '../../../src/experiments/results/tables.js';
import { retrainingConfig } from '../../../src/train/run/retraining.js';
import { useDirectory } from '../../support/directory.js';
import { configOf, writeRun } from './fake-runs.js';

const directory = useDirectory();
const within = (...names: string[]) => join(directory.path, ...names);

/** A run of a recipe with its retraining. */
function retrainedRun(recipe: string, seed: number, validation: number, test: number): string {
  const config = configOf(recipe, { seed });
  const path = writeRun(within(`${recipe}-${seed}`), { config, validation });
  const again = retrainingConfig(config, []);
  writeRun(join(path, 'retrained'), { config: { ...again, epochs: 3 }, test });
  return path;
}

let kept: KeptRun[];
beforeAll(() => {
  const add = (path: string, name?: string) => keepRun(within('kept'), keptRunOf(path, name));
  add(retrainedRun('nin-cifar10', 0, 0.11, 0.104));
  add(retrainedRun('nin-cifar10', 1, 0.12, 0.106));
  add(retrainedRun('nin-cifar10-no-dropout', 0, 0.15, 0.145));
  const modern = configOf('nin-cifar10', { learningRate: 0.2, retrain: false, dropLast: true });
  add(writeRun(within('mine'), { config: modern, validation: 0.0912, test: 0.095 }), 'mine');
  kept = readKeptRuns(within('kept'));
});

describe('what is kept of a run', () => {
  it('has settings, metrics, hardware, versions and minutes, but neither weights nor where the data lay', () => {
    expect(readdirSync(within('kept')).sort()).toEqual(
      ['mine', 'nin-cifar10-no-dropout-seed0', 'nin-cifar10-seed0', 'nin-cifar10-seed1'].map(
        (name) => `${name}.json`,
      ),
    );
    const one = kept.find(({ name }) => name === 'nin-cifar10-seed1')!;
    expect(one.minutes).toBe(6);
    expect(one.training.config).toMatchObject({ recipe: 'nin-cifar10', seed: 1, batch: 128 });
    expect(one.training.metrics).toHaveLength(3);
    expect(one.training.result.validation?.error).toBe(0.12);
    expect(one.retraining?.result.test?.error).toBe(0.106);
    expect(one.circumstances.machine).toMatchObject({
      adapter: 'quickdraw',
      versions: { webgpu: '0.6.2' },
    });
    const text = readFileSync(within('kept', 'nin-cifar10-seed1.json'), 'utf8');
    expect(text).not.toContain('somewhere');
    expect(text).not.toContain('weights');
    expect(keptRunOf(within('nin-cifar10-1'))).toEqual(one);
  });

  it('says of a run of its own how it differs from the preset modern', () => {
    const { description } = kept.find(({ name }) => name === 'mine')!;
    expect(description).toMatch(/^nin-cifar10, modern, /);
    for (const part of ['learningRate 0.2', 'init paper', 'labelSmoothing 0', 'weightDecay 0.0001']) {
      expect(description).toContain(part);
    }
  });

  it('is refused for runs that are not finished, not retrained, miniatures, or without a name', () => {
    expect(() => keptRunOf(within('mine'))).toThrow(
      /not trained as a recipe says; give its results a --name/,
    );
    const small = configOf('nin-cifar10', { width: 0.25 });
    expect(() => keptRunOf(writeRun(within('small'), { config: small, test: 0.1 }), 'x')).toThrow(
      /a miniature/,
    );
    const open = writeRun(within('open'), { config: configOf('nin-cifar10'), validation: 0.1 });
    expect(() => keptRunOf(open)).toThrow(/still to be retrained/);
    rmSync(join(open, 'result.json'));
    expect(() => keptRunOf(open)).toThrow(/it is not finished; --resume goes on with it/);
  });
});

describe('the settings of a kept run', () => {
  it('are those that it was trained with, whatever config.json was made to say since', () => {
    const config = configOf('nin-cifar10', { learningRate: 0.2, retrain: false });
    const path = writeRun(within('edited'), { config, validation: 0.1 });
    const edit = (changes: object) =>
      writeFileSync(join(path, 'config.json'), JSON.stringify({ ...config, ...changes }));
    edit({ learningRate: 0.3 });
    expect(() => keptRunOf(path, 'x')).toThrow(
      /its config was changed after its checkpoint: learningRate is 0\.3, was 0\.2\./,
    );
    edit({ epochs: 7 });
    expect(keptRunOf(path, 'x').training.config.epochs).toBe(config.epochs);
    rmSync(join(path, 'last.safetensors'));
    expect(() => keptRunOf(path, 'x')).toThrow('it has no checkpoint, which says how it was trained');
  });
});

describe('where a run is kept', () => {
  it.each(['', 'a/../../x', '../x', '..', '.hidden', 'a\\b', 'a b', '-x'])(
    'is no file of the name "%s", which could be anywhere',
    (name) => {
      expect(() => keepRun(within('refused'), { ...kept[0]!, name })).toThrow(
        'it must be a file name of letters, digits, dots and dashes',
      );
      expect(readdirSync(within())).not.toContain('refused');
    },
  );
});

describe('a name that is taken', () => {
  it('is written anew for the same run, and refused for another, which stays', () => {
    const dir = within('taken');
    const [first] = kept;
    const path = keepRun(dir, { ...first!, name: 'x' });
    keepRun(dir, { ...first!, name: 'x', description: 'in other words' });
    expect(readKeptRuns(dir)).toEqual([{ ...first, name: 'x', description: 'in other words' }]);
    const { training } = first!;
    const others = [
      { ...training, config: { ...training.config, seed: 7 } },
      { ...training, metrics: training.metrics.map((one) => ({ ...one, trainLoss: 2 })) },
    ];
    for (const other of others) {
      expect(() => keepRun(dir, { ...first!, name: 'x', training: other })).toThrow(
        `${path} keeps another run; give this one another --name`,
      );
    }
    expect(readKeptRuns(dir)[0]!.training).toEqual(training);
    writeFileSync(path, '{}');
    expect(() => keepRun(dir, { ...first!, name: 'x' })).toThrow(path);
    expect(readFileSync(path, 'utf8')).toBe('{}');
  });
});

describe('what is drawn from kept runs', () => {
  const draw = (name: string) => drawFrom(kept, 'kept')(name);

  it('is a row for each system of the paper, with the mean of its seeds, or that it was not run', () => {
    const rows = draw('paper').split('\n');
    const rowOf = (text: string) => rows.find((row) => row.startsWith(`| ${text} |`));
    expect(rowOf('NIN with dropout, CIFAR-10')).toBe(
      '| NIN with dropout, CIFAR-10 | 10.41 % | 10.50 % ± 0.32 | 11.50 % ± 0.59 | 2 | 3 | 6.0 | quickdraw |',
    );
    expect(rowOf('NIN with dropout, MNIST')).toBe(
      '| NIN with dropout, MNIST | 0.47 % | not run yet |  |  |  |  |  |',
    );
    expect(rows).toHaveLength(2 + 15);
  });

  it('is a row for each other way to train', () => {
    const rows = draw('presets').split('\n');
    expect(rows).toHaveLength(3);
    expect(rows[2]).toMatch(
      /^\| mine \| nin-cifar10, modern, .* \| 9\.12 % \| 10000 \| 16\.67 % \| 3 \| 3\.0 \| quickdraw \|$/,
    );
    expect(drawFrom([], 'kept')('presets')).toBe('Other ways to train: not run yet.');
  });

  it('is figure 3, once both of its systems were run', async () => {
    expect(draw('figure3')).toMatch(/^!\[Figure 3: .*\]\(kept\/figure3\.svg\)$/);
    expect(await figure3(kept)).toMatch(/^<svg[\s\S]*NIN without dropout, CIFAR-10/);
    const one = kept.filter(({ name }) => name !== 'nin-cifar10-no-dropout-seed0');
    expect(drawFrom(one, 'kept')('figure3')).toBe('Figure 3: not run yet.');
    expect(await figure3(one)).toBeUndefined();
  });

  it('is a number, if there is a run that it is of', () => {
    expect(draw('mine.validation')).toBe('9.12 %');
    expect(draw('nin-cifar10-seed0.test')).toBe('10.40 %');
    expect(draw('mine.minutes')).toBe('3.0');
    expect(() => draw('yours.test')).toThrow('no run is kept as "yours"');
    expect(() => draw('mine.speed')).toThrow('"mine.speed" is none of paper, presets, figure3, RUN.test,');
  });
});

describe('a text', () => {
  const draw = (name: string) => (name === 'table' ? '| a |\n|---|' : name.toUpperCase());

  it('has its blocks drawn anew, and nothing else changed', () => {
    const text =
      'We got <!-- results: x.test -->7 %<!-- end of results -->.\n\n<!-- results: table --><!-- end of results -->\n';
    const wanted =
      'We got <!-- results: x.test -->X.TEST<!-- end of results -->.\n\n' +
      '<!-- results: table -->\n| a |\n|---|\n<!-- end of results -->\n';
    expect(redrawn(text, draw, 'a.md')).toBe(wanted);
    expect(redrawn(wanted, draw, 'a.md')).toBe(wanted);
  });

  it.each([
    '<!-- results: x -->',
    '<!-- end of results -->',
    'x <!-- results: a --> <!-- results: b --><!-- end of results -->',
  ])('is refused where a block has no end: %s', (text) => {
    expect(() => redrawn(text, draw, 'a.md')).toThrow('a.md: a block of results has no end, or no beginning');
  });

  it('is found to tell errors by hand, but not those of the paper, nor what was drawn', () => {
    const text = [
      'On CIFAR-10 it has 9.1 % error.',
      'The paper has 8.81 % on CIFAR-10.',
      'On CIFAR-10 it has <!-- results: a.test -->9.1 %<!-- end of results -->.',
      'Glyphs: 3.4 %.',
      'svhn: 2%',
    ].join('\n');
    expect(toldByHand(text, 'a.md')).toEqual(['a.md:1: On CIFAR-10 it has 9.1 % error.', 'a.md:5: svhn: 2%']);
  });
});

describe('dawngrad results', () => {
  it('has a command for each', async () => {
    const { program } = await import('../../../src/cli/program.js');
    const call = (...line: string[]) => program().parseAsync(['results', ...line], { from: 'user' });
    const [dir, page] = [within('by-command'), within('page.md')];
    await call('add', within('mine'), '--name', 'other', '--description', 'what I did', '--dir', dir);
    expect(readKeptRuns(dir).map(({ name, description }) => [name, description])).toEqual([
      ['other', 'what I did'],
    ]);
    writeFileSync(page, 'We got <!-- results: other.test --><!-- end of results -->.\n');
    await call('draw', page, '--dir', dir);
    expect(readFileSync(page, 'utf8')).toBe(
      'We got <!-- results: other.test -->9.50 %<!-- end of results -->.\n',
    );
    writeFileSync(page, '<!-- results: figure3 --><!-- end of results -->\n');
    await call('draw', page, '--dir', within('kept'));
    expect(readFileSync(page, 'utf8')).toContain('(kept/figure3.svg)');
    expect(readdirSync(within('kept'))).toContain('figure3.svg');
  });

  it('draws nothing from a directory that is not there, nor where a text has no block', async () => {
    const { program } = await import('../../../src/cli/program.js');
    const page = within('untouched.md');
    const text = '<!-- results: presets -->\nas it was\n<!-- end of results -->\n';
    writeFileSync(page, text);
    const call = (...line: string[]) => program().parseAsync(['results', 'draw', ...line], { from: 'user' });
    await expect(call(page, '--dir', within('typo'))).rejects.toThrow(`${within('typo')}: cannot be read: `);
    expect(readFileSync(page, 'utf8')).toBe(text);
    const plain = within('plain.md');
    writeFileSync(plain, 'We got 7 %.');
    await expect(call(page, plain, '--dir', within('kept'))).rejects.toThrow(
      `${plain}: there is no <!-- results: ... --> in it, so there is nothing to draw`,
    );
    expect(readFileSync(page, 'utf8')).toBe(text);
  });
});
