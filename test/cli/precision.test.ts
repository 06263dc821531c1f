import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { encode } from 'fast-png';
import { beforeAll, describe, expect, it } from 'vitest';
import { useDirectory } from '../support/directory.js';
import { writeTinyMnist } from '../support/tiny-mnist.js';
import { type CallOptions, dawngrad, ROOT, start, useBuild } from './dawngrad.js';

useBuild();
const directory = useDirectory();

/** A module that tells the precision of each device that is made. */
const TELLING = `
  import { Device } from '${pathToFileURL(join(ROOT, 'dist/gpu/device.js'))}';
  const { create } = Device;
  Device.create = (options) => {
    console.error('made:', options.precision);
    return create.call(Device, options);
  };
`;
const telling = (): CallOptions => ({
  cwd: directory.path,
  node: ['--import', `data:text/javascript,${encodeURIComponent(TELLING)}`],
});

/** The precision of the devices that a command made. */
async function made(line: string): Promise<string[]> {
  const { status, stderr } = await dawngrad(line.split(' '), telling());
  expect({ line, status, stderr }).toMatchObject({ status: 0 });
  return [...stderr.matchAll(/^made: (.*)$/gm)].map(([, precision]) => precision!);
}

const TINY = 'nin-mnist --data mnist --width 0.1 --batch 8';
beforeAll(() => {
  writeTinyMnist(join(directory.path, 'mnist'));
});

describe('the precision of a run', () => {
  it('stays when it is stopped and resumed, and for its net thereafter', async () => {
    const words = `train ${TINY} --epochs 1000 --precision medium --out run`.split(' ');
    const stopped = start(words, telling());
    await stopped.printed('epoch 1/1000');
    stopped.process.kill('SIGINT');
    const { status, stderr } = await stopped.ended;
    expect(status).toBe(130);
    expect(stderr).toMatch(/^made: medium$/m);
    const [, epoch] = /stopped after step \d+ of epoch (\d+);/.exec(stderr) ?? [];
    expect(JSON.parse(readFileSync(join(directory.path, 'run/config.json'), 'utf8')).precision).toBe(
      'medium',
    );

    expect(await made(`train --resume run --epochs ${epoch}`)).toEqual(['medium']);
    expect(await made('eval run')).toEqual(['medium']);
    expect(await made('eval run --precision highest')).toEqual(['highest']);
    const black = encode({ width: 8, height: 8, channels: 1, data: new Uint8Array(64) });
    writeFileSync(join(directory.path, 'black.png'), black);
    expect(await made('predict run black.png')).toEqual(['medium']);
    expect(await made('predict run black.png --precision highest')).toEqual(['highest']);
  });

  it('is one that a sweep can vary', async () => {
    const sweep = `sweep ${TINY} --validation 10 --epochs 1 --over precision=highest,medium --out sweep`;
    // The first is to see whether the trials can be run.
    expect(await made(sweep)).toEqual(['highest', 'highest', 'medium']);
    // With a device for the run as it was, and one to train anew.
    expect(await made('train --resume sweep/trial-0002')).toEqual(['medium', 'medium']);
  });

  it('is that of a recipe where a command looks at one', async () => {
    const recipe = { extends: 'nin-mnist', description: 'rounded', precision: 'medium' };
    writeFileSync(join(directory.path, 'rounded.json'), JSON.stringify(recipe));
    expect(await made('summary --recipe rounded.json')).toEqual(['medium']);
    expect(await made('plan --recipe rounded.json --precision high --batch 2')).toEqual(['high']);
  });

  it('may be given by its name of long ago', async () => {
    expect(await made('summary nin-glyphs --precision half')).toEqual(['medium']);
    expect(await made('summary nin-glyphs --precision single')).toEqual(['highest']);
  });
});
