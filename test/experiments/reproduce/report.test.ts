import { readdirSync, readFileSync } from 'node:fs';
import { decode } from 'fast-png';
import { beforeAll, describe, expect, it } from 'vitest';
import { findExperiment } from '../../../src/experiments/reproduce/experiments.js';
import { type WrittenReport, writeReport } from '../../../src/experiments/reproduce/report/write-report.js';
import { SCALES } from '../../../src/experiments/reproduce/scale.js';
import { useDirectory } from '../../support/directory.js';
import { fakeSystem } from './finished-runs.js';

const directory = useDirectory();

const without = fakeSystem('nin-cifar10-no-dropout', [
  { seed: 0, validation: 0.6, test: 0.61 },
  { seed: 1, validation: 0.62, test: 0.63 },
]);
const withDropout = fakeSystem('nin-cifar10', [
  { seed: 0, validation: 0.5, test: 0.51 },
  { seed: 1, validation: 0.52, test: 0.53 },
]);

const write = (name: string, scale: keyof typeof SCALES = 'small') =>
  writeReport({
    experiment: findExperiment(name),
    scale: SCALES[scale],
    systems: [without, withDropout],
    out: directory.path,
    command: 'dawngrad reproduce fig3 --data "a&b"',
    classMaps: () => Promise.reject(new Error('there is no net')),
  });

/** What a browser would fetch. */
const references = (html: string): string[] =>
  [...html.matchAll(/\b(?:src|href|data|poster)="([^"]*)"|url\(([^)]*)\)|@import/g)].map(
    ([all, attribute, url]) => attribute ?? url ?? all,
  );

describe('the report of a figure', () => {
  let report: WrittenReport;
  let page: string;
  beforeAll(async () => {
    report = await write('fig3');
    page = readFileSync(report.html, 'utf8');
  });

  it('is one page that fetches nothing', () => {
    expect(references('<img src="a.png"><b style="background: url(b.png)">')).toEqual(['a.png', 'b.png']);
    expect(references(page)).toEqual([]);
    expect(page).not.toContain('<script');
  });

  it('shows the paper beside us, with spread, images, machine and time', () => {
    const row = (text: string) =>
      page.split('\n').find((line) => line.startsWith('<tr>') && line.includes(text))!;
    for (const text of ['10.41 %', '51.00 % ± 1.87', '52.00 % ± 1.87', '50.00 % to 52.00 %']) {
      expect(row('NIN with dropout, CIFAR-10')).toContain(text);
    }
    expect(row('NIN without dropout')).toContain('14.51 %');
    expect(page).toContain('1000 held-out images');
    expect(page).toContain('note: batch 5 is held out');
    expect(page).toContain(
      'quickdraw (computes on the CPU), driver Mesa 25; a &lt;fast&gt; one, 2 cores; linux',
    );
    expect(page).toContain('4.0 minutes of training and scoring in all');
    expect(page).toContain('dawngrad reproduce fig3 --data &quot;a&amp;b&quot;');
  });

  it('says loudly that it is a miniature, and in which numbers', () => {
    const warning = /<div class="warning">(.*?)<\/div>/s.exec(page)![1]!;
    expect(warning).toContain('This is a miniature');
    const { width, epochs, batch } = without.runs[0]!.config;
    expect(warning).toContain(`${width} times the maps of each layer, 2000 training images, 1000 held out`);
    expect(warning).toContain(`${epochs} epochs in batches of ${batch}`);
    expect(page).toContain('<td>width</td>');
  });

  it('says how it compares with the paper', () => {
    expect(page).toContain(
      'As in the paper: &quot;NIN with dropout, CIFAR-10&quot; has 4.10 points less error than ' +
        '&quot;NIN without dropout, CIFAR-10&quot; in the paper, and here 10.00 ± 2.62 points less.',
    );
    expect(page).not.toContain('too small to show');
  });

  it('draws four curves, also as PNG', () => {
    const svg = /<svg.*?<\/svg>/s.exec(page)![0];
    expect(svg.match(/aria-roledescription="line mark"/g)).toHaveLength(4);
    const { width, height } = decode(readFileSync(report.png));
    expect(width).toBeGreaterThan(1200);
    expect(height).toBeGreaterThan(700);
  });

  it('gives the curves as CSV', () => {
    const lines = readFileSync(report.csv, 'utf8').split('\r\n');
    expect(lines).toHaveLength(1 + 2 * 2 * 2 * 2 + 1);
    expect(lines.slice(0, 3)).toEqual([
      'system,seed,epoch,images,error',
      '"NIN without dropout, CIFAR-10",0,1,training,50',
      '"NIN without dropout, CIFAR-10",0,1,validation,60',
    ]);
  });
});

it('the report of class maps is not made without them, and leaves nothing behind', async () => {
  await expect(write('fig4', 'full')).rejects.toThrow('there is no net');
  expect(readdirSync(directory.path).filter((name) => name.startsWith('fig4'))).toEqual([]);
});

describe('the report of a table', () => {
  it('has a row of CSV for each run', async () => {
    const { csv } = await write('table5');
    const [head, first, ...others] = readFileSync(csv, 'utf8').split('\r\n');
    expect(others).toHaveLength(3 + 1);
    const names = head!.split(',');
    const cells = first!.replace(/"[^"]*"/, 'quoted').split(',');
    const row = Object.fromEntries(names.map((name, column) => [name, cells[column]]));
    expect(row).toMatchObject({
      ...{ recipe: 'nin-cifar10-no-dropout', system: 'quoted', paper_test_error: '14.51', seed: '0' },
      ...{ validation_error: '60', validation_images: '1000', test_error: '61', test_images: '1000' },
      ...{
        epochs: '2',
        seconds: '60.0',
        adapter: 'quickdraw',
        driver: 'Mesa 25',
        cpu: 'a <fast> one',
        cores: '2',
      },
    });
  });

  it('says nothing of miniatures at full scale', async () => {
    const page = readFileSync((await write('table5', 'full')).html, 'utf8');
    expect(page).toContain('full scale');
    expect(page).not.toContain('miniature');
    expect(page).toContain('53.00 %');
  });
});
