import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  measuredTablePath,
  measuredTableText,
  subjectOf,
} from '../../../src/kernels/products/choice/measured-table.js';
import { useDevice } from '../../support/device.js';
import { useDirectory } from '../../support/directory.js';
import { dawngrad, useBuild } from '../dawngrad.js';
import { inProcess } from '../in-process.js';

useBuild();

describe('dawngrad explain', () => {
  const directory = useDirectory();
  const gpu = useDevice();

  it('prints launches with why their kernels, sums, and the memory; and writes them as JSON and as a page', async () => {
    const json = join(directory.path, 'step.json');
    const size = ['nin-glyphs', '--batch', '4', '--width', '0.2'];
    const html = join(directory.path, 'step.html');
    const files = ['--json', json, '--html', html];
    const { status, stdout, stderr } = await dawngrad(['explain', 'train', ...size, ...files]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^nin-glyphs, train step, batch 4, precision highest, on .+: \d+ launches\n/);
    expect(stdout).toMatch(/^ +layer +op +pass +kernel +MFLOP +MB$/m);
    expect(stdout).toMatch(/^ *\d+ +block1\.conv +conv2d +forward +matmul\./m);
    expect(stdout).toMatch(/^ *\d+ +block1\.conv +conv2d +backward +matmul\./m);
    expect(stdout).toMatch(/^ +variant \w+: (a rule for this adapter|the rule of thumb)/m);
    expect(stdout).toMatch(/^ +a block1\.conv\.weight \[3, 3, 5, 5\], b \[4, 3, 32, 32\], .* -> c \[4, 3, /m);
    expect(stdout).toMatch(/^ +products\/matmul_\w+\.wgsl \w+ .*RELU=true.*, grid \d+ x \d+ x \d+$/m);
    // The lines of the sources, though what runs is compiled from them.
    expect(stdout).toMatch(
      /^ +called by src\/nn\/layers\/conv2d\.ts:\d+, from src\/train\/trainer\.ts:\d+$/m,
    );
    expect(stdout).toMatch(/^ +on the way: bias, relu, unfold; spares 3 launches and [\d.]+ MB$/m);
    expect(stdout).toMatch(/^what launches do on the way spares \d+ launches and [\d.]+ MB$/m);
    expect(stdout).toMatch(/^layer +launches +MFLOP +MB$/m);
    // A pool computes nothing, and the gradient of a loss is a number.
    expect(stdout).toMatch(/^pool1 +\d+ +[\d.]+$/m);
    expect(stdout).toMatch(/^ *\d+ .* fill +<0\.001$/m);
    expect(stdout).not.toMatch(/ 0\.000\b/);
    expect(stdout).toMatch(/^memory: the step's .* at the most .* MiB are in use, at launch \d+, by$/m);

    const step = JSON.parse(readFileSync(json, 'utf8'));
    expect(step).toMatchObject({ step: 'train', model: 'nin-glyphs', batch: 4, precision: 'highest' });
    expect(stdout).toContain(`: ${step.launches.length} launches\n`);
    expect(step.launches[1]).toMatchObject({ number: 2, layer: 'block1.conv', op: 'conv2d' });
    expect(step.memory.peak.bytes).toBeGreaterThan(0);
    const page = readFileSync(html, 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain('<title>nin-glyphs, train step</title>');
  });

  it('says so where measurements are there, but of shaders as they were', async () => {
    const { device } = gpu;
    const cache = join(directory.path, 'cache');
    const env = { XDG_CACHE_HOME: cache, DAWNGRAD_TUNING: '' };
    const subject = subjectOf(device);
    const file = join(cache, 'dawngrad', 'tuning', basename(measuredTablePath(subject)));
    mkdirSync(dirname(file), { recursive: true });
    const args = ['explain', 'eval', 'nin-glyphs', '--batch', '2', '--width', '0.2'];

    writeFileSync(file, measuredTableText({ ...subject, shaders: 'others' }, {}));
    const stale = await dawngrad(args, { env });
    expect(stale.status).toBe(0);
    expect(stale.stdout).toContain(
      `\nmeasurements: none used; ${file}: it is stale: the shaders have changed since\n`,
    );
    expect(stale.stdout).toMatch(
      /^ +variant .*; measurements are not used: it is stale: the shaders have changed since$/m,
    );

    const [, key] = /^ +variant .*\n +(.+)$/m.exec(stale.stdout)!;
    writeFileSync(file, measuredTableText(subject, { [key!]: { variant: 'tiled', milliseconds: {} } }));
    const { stdout } = await dawngrad(args, { env });
    expect(stdout).toContain(`\nmeasurements: of 1 product, ${file}\n`);
    expect(stdout).toContain(' variant tiled: measured on this adapter to be the fastest\n');
  });

  it('times the launches of an evaluation', async () => {
    const size = ['nin-glyphs', '--batch', '2', '--width', '0.2'];
    const { status, stdout } = await dawngrad(['explain', 'eval', ...size, '--time']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^nin-glyphs, eval step, batch 2, /);
    expect(stdout).toMatch(/^ +layer +op +pass +kernel +MFLOP +MB +us +% step +% limit +GFLOP\/s +GB\/s$/m);
    expect(stdout).toMatch(/^limits, measured just now: [\d.]+ GFLOP\/s, [\d.]+ GB\/s through memory/m);
    expect(stdout).toMatch(
      /^the step, measured just now: [\d.]+ ms on the wall clock; its launches, .* come to [\d.]+ ms/m,
    );
    expect(stdout).not.toMatch(/backward/);
    expect(stdout).toMatch(/^total( +[\d.]+){4} +100 /m);
  });

  it('explains a training step where it is given a model alone', async () => {
    const size = ['nin-glyphs', '--batch', '2', '--width', '0.1'];
    const { status, stdout } = await inProcess(['explain', ...size], directory.path);
    expect({ status, first: stdout.split(',')[1] }).toEqual({ status: 0, first: ' train step' });
  });

  it('warns before it times a kernel that is there to be read', async () => {
    const args = ['explain', 'eval', '--force', 'naive', '--adapter', 'nosuch'];
    const timed = await inProcess([...args, '--time'], directory.path);
    expect(timed.stderr).toMatch(/^naive is there to be read, not to be fast: .*\ndawngrad: .*nosuch.*\n$/);
    expect((await inProcess(args, directory.path)).stderr).toMatch(/^dawngrad: /);
  });

  it('refuses what is no step, and a file that cannot be written', async () => {
    const wrong = await dawngrad(['explain', 'test', 'nin-glyphs']);
    expect({ status: wrong.status, stdout: wrong.stdout }).toEqual({ status: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/^dawngrad: .*Allowed choices are train, eval\.\n$/);
    const json = join(directory.path, 'none', 'step.json');
    const args = ['explain', 'eval', 'nin-glyphs', '--batch', '2', '--width', '0.2', '--json', json];
    const lost = await dawngrad(args);
    expect({ status: lost.status, stdout: lost.stdout }).toEqual({ status: 1, stdout: '' });
    expect(lost.stderr).toMatch(/^dawngrad: .*step\.json.*\n$/);
  });
});
