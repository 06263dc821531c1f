import { existsSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { useDirectory } from '../../support/directory.js';
import { dawngrad, useBuild } from '../dawngrad.js';

useBuild();
const directory = useDirectory();

it("a file that lies where no package is found imports 'dawngrad' all the same, from a file beside it too", async () => {
  writeFileSync(
    directory.file('layers.mjs'),
    "import { Conv2d } from 'dawngrad';\nexport const head = (device, from, to) => new Conv2d(device, from, to, { kernelSize: 1 });",
  );
  const lines = [
    "import { Flatten, GlobalAvgPool2d, Module, Sequential } from 'dawngrad';",
    "import { head } from './layers.mjs';",
    'export default (device, { input, classes }) => {',
    '  const net = new Sequential(head(device, input.channels, classes), new GlobalAvgPool2d());',
    "  if (!(net instanceof Module)) throw new Error('two copies');",
    '  return net;',
    '};',
  ];
  writeFileSync(directory.file('net.mjs'), lines.join('\n'));
  const cwd = directory.path;
  const summary = await dawngrad(['summary', './net.mjs', '--input', '2x8x8', '--classes', '5'], { cwd });
  expect(summary).toMatchObject({ status: 0, stderr: '' });
  expect(summary.stdout).toMatch(/^net\.mjs, \[1, 2, 8, 8\]\n[\s\S]*Conv2d +\[1, 5, 8, 8\] +15 /);

  writeFileSync(directory.file('net.mjs'), lines.join('\n').replace('classes),', '3),'));
  const wrong = await dawngrad(['train', 'net.mjs', '--dataset', 'glyphs', '--out', 'run'], { cwd });
  expect(wrong).toMatchObject({ status: 1, stdout: '' });
  expect(wrong.stderr).toBe(
    `dawngrad: ${directory.file('net.mjs')}: its net makes [2, 3] of images [2, 3, 32, 32]; expected [batch, classes], here [2, 10]\n`,
  );
  expect(existsSync(directory.file('run/config.json'))).toBe(false);
});

it('a promise that nothing will settle is told, where Node would end without a word', async () => {
  const never = 'new Promise(() => {})';
  const files = {
    [`export default () => ${never};`]: 'building the net failed',
    [`await ${never}; export default 1;`]: 'it cannot be imported',
  };
  const net = directory.file('never.mjs');
  for (const [source, what] of Object.entries(files)) {
    writeFileSync(net, source);
    const told = {
      status: 1,
      stdout: '',
      stderr: `dawngrad: ${net}: ${what}: its promise is never settled\n`,
    };
    expect(await dawngrad(['summary', net])).toEqual(told);
  }
});

it('a file that ends the process leaves nothing of the run that was to begin', async () => {
  writeFileSync(directory.file('ending.mjs'), 'process.exit(3);');
  const args = ['train', 'ending.mjs', '--dataset', 'glyphs', '--out', 'ended/run'];
  expect(await dawngrad(args, { cwd: directory.path })).toMatchObject({ status: 3 });
  expect(existsSync(directory.file('ended'))).toBe(false);
});
