import { expect, it } from 'vitest';
import { describeReproduction } from '../../../src/cli/output/reproduce-text.js';
import { describeTime } from '../../../src/cli/output/run-text.js';
import { SCALES } from '../../../src/experiments/reproduce/scale.js';
import { fakeSystem } from '../../experiments/reproduce/finished-runs.js';

it.each([
  [0, 'about 0 seconds'],
  [1.2, 'about 1 second'],
  [40, 'about 40 seconds'],
  [119, 'about 119 seconds'],
  [150, 'about 2.5 minutes'],
  [3000, 'about 50 minutes'],
  [3 * 3600, 'about 3.0 hours'],
  [12 * 86_400, 'about 12 days'],
])('%d seconds are %s', (seconds, text) => {
  expect(describeTime(seconds)).toBe(text);
});

it('tells the errors, what they say, and where the report is', () => {
  const report = { html: 'a.html', csv: 'a.csv', png: 'a.png', lacksText: false };
  const systems = [
    fakeSystem('nin-cifar10-no-dropout', [{ validation: 0.5 }]),
    fakeSystem('nin-cifar10', [{ validation: 0.6 }]),
  ];
  const lines = describeReproduction({ scale: SCALES.small, systems, report }).split('\n');
  expect(lines.slice(0, 3)).toEqual([
    'system                         paper, test  here, validation',
    'NIN without dropout, CIFAR-10  14.51 %      50.00 % ± 1.58',
    'NIN with dropout, CIFAR-10     10.41 %      60.00 % ± 1.55',
  ]);
  expect(lines[3]).toMatch(
    /^Not as in the paper, but the other way round: "NIN with dropout, CIFAR-10" has 4\.10 points less/,
  );
  expect(lines[3]).toMatch(/here 10\.00 ± 2\.21 points more\.$/);
  expect(lines.at(-2)).toBe('written: a.html, a.csv, a.png');
});
