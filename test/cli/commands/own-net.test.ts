import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useDirectory } from '../../support/directory.js';
import { dawngrad, useBuild } from '../dawngrad.js';

useBuild();
const directory = useDirectory();

/** A net of one layer. */
const NET = `import { Conv2d, GlobalAvgPool2d, Sequential } from 'dawngrad';
class Net extends Sequential {
  forward(x) {
    return super.forward(x);
  }
}
export default (device, { input, classes }) =>
  new Net(new Conv2d(device, input.channels, classes, { kernelSize: 1 }), new GlobalAvgPool2d());`;

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

it.each([
  ['at once, in a directory with a blank', 'process.exit(3);', 3, 1],
  ['when its net is built, as if all were well', '\nexport default () => process.exit();', 1, 2],
  ['when its net is used', NET.replace('super.forward(x)', 'process.exit(0)'), 1, 4],
])(
  'a file that ends the process is told of, and leaves nothing of the run that was to begin: %s',
  async (_, source, status, line) => {
    const cwd = directory.file('my nets');
    mkdirSync(cwd, { recursive: true });
    const net = join(cwd, 'ending.mjs');
    writeFileSync(net, source);
    const args = ['train', 'ending.mjs', '--dataset', 'glyphs', '--out', 'ended/run'];
    expect(await dawngrad(args, { cwd })).toEqual({
      status,
      stdout: '',
      stderr: `dawngrad: ${net}, line ${line}: it ended the process (process.exit) before the command was done\n`,
    });
    expect(existsSync(join(cwd, 'ended'))).toBe(false);
  },
);
