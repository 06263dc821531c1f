import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startingPoint } from '../../../src/inspect/lab/starting-point.js';
import { useDirectory } from '../../support/directory.js';
import { writeTinyMnist } from '../../support/tiny-mnist.js';
import { dawngrad, useBuild } from '../dawngrad.js';

useBuild();
const directory = useDirectory();
const lab = (...args: string[]) => dawngrad(['lab', ...args], { cwd: directory.path });

function written(name: string, family: string, change: (text: string) => string): string {
  writeFileSync(directory.file(name), change(startingPoint(family)));
  return name;
}

describe('dawngrad lab', () => {
  it('writes a shader to start from, and checks it', async () => {
    const made = await lab('--new', 'matmul');
    expect(made).toEqual({
      status: 0,
      stdout: 'written to my_matmul.wgsl; check it with `dawngrad lab my_matmul.wgsl --family matmul`\n',
      stderr: '',
    });
    const { status, stdout, stderr } = await lab('my_matmul.wgsl', '--family', 'matmul');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /^my_matmul\.wgsl, a matrix product in tiles of 16 x 16, on .+\nright in (\d+) of \1 cases, to the bit\n$/,
    );
  });

  it('times a shader on what a model launches', async () => {
    const file = written('pool.wgsl', 'maxPool', (text) => text);
    const size = ['--model', 'nin-glyphs', '--width', '0.1', '--batch', '2', '--time', '0.001'];
    const args = [file, '--family', 'maxPool', ...size, '--json', 'found.json'];
    const { status, stdout, stderr } = await lab(...args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /^beside what nin-glyphs takes for a training step of 2 images:\nlaunches +yours ms +% limit +ours ms +% limit +by +times as long +product\n/m,
    );
    expect(stdout).toMatch(
      /^ +1 +[\d.]+ +\d+ +[\d.]+ +\d+ +maxPool\.\w+ +[\d.]+ \([\d.]+ to [\d.]+\) (faster|slower|cannot tell) +maxPool\.forwardWithArgmax planes 4 /m,
    );
    expect(stdout).toMatch(/\ntogether: yours .* ms, the engine's .* ms\n$/);
    const { checked, beside } = JSON.parse(readFileSync(directory.file('found.json'), 'utf8'));
    expect(checked.every(({ state }: { state: string }) => state === 'right')).toBe(true);
    // Two pools, there and back.
    expect(beside).toHaveLength(4);
  });

  it('tells where a shader is wrong, and does not time it', async () => {
    const file = written('wrong.wgsl', 'relu', (text) => text.replace('Stored(rectify(f32(x[i])))', 'x[i]'));
    const { status, stdout, stderr } = await lab(file, '--family', 'relu', '--model', 'nin-glyphs');
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(
      /^wrong\.wgsl, relu\.forward, relu\.backward, on .*\nWRONG in \d+ of \d+ cases:\n {2}relu\.forward \S+ \(.*\): y\[\d+\] is -\S+, expected 0 \(must be equal\); \d+ of \d+ elements are wrong\n/,
    );
    expect(stdout).not.toContain('beside');
  });

  it("shows the line of an error in the user's shader", async () => {
    const file = written('typo.wgsl', 'relu', (text) =>
      text.replace('rectify(f32(x[i]))', 'rectify(f32(z[i]))'),
    );
    const line = readFileSync(directory.file(file), 'utf8')
      .split('\n')
      .findIndex((text) => text.includes('z[i]'));
    const { status, stderr } = await lab(file, '--family', 'relu');
    expect(status).toBe(1);
    expect(stderr).toBe(
      `dawngrad: typo.wgsl:${line + 1}:31: unresolved value 'z'\n` +
        '      y[i] = Stored(rectify(f32(z[i])));\n' +
        `${' '.repeat(2 + 30)}^\n`,
    );
  });

  it.each<[string[], number, RegExp]>([
    [['none.wgsl', '--family', 'relu'], 1, /^dawngrad: none\.wgsl: cannot be read: .*\n$/],
    [['empty.wgsl', '--family', 'relu'], 1, /^dawngrad: empty\.wgsl: it has none of the entry points .*\n$/],
    [['empty.wgsl', '--family', 'matmul'], 1, /^dawngrad: empty\.wgsl: it must say how much .*\n$/],
    [
      ['empty.wgsl', '--family', 'sorting'],
      2,
      /^dawngrad: option '--family <name>' argument 'sorting' is invalid\. Allowed choices are matmul, relu, .*\n$/,
    ],
    [['empty.wgsl'], 1, /^dawngrad: lab: say which file and what it computes, as in .*\n$/],
    [['--family', 'relu'], 1, /^dawngrad: lab: say which file and what it computes, as in .*\n$/],
    [['empty.wgsl', '--new', 'relu'], 1, /^dawngrad: lab: empty\.wgsl is there already; .*\n$/],
  ])('refuses %j in one line', async (args, status, message) => {
    writeFileSync(directory.file('empty.wgsl'), '// Nothing.\n');
    const outcome = await lab(...args);
    expect(outcome).toEqual({ status, stdout: '', stderr: expect.stringMatching(message) });
  });
});

describe('--force', () => {
  const size = ['nin-glyphs', '--width', '0.1', '--batch', '2'];

  it('has products computed by that variant, and says where it cannot be', async () => {
    const forced = await dawngrad(['explain', 'train', ...size, '--force', 'tiled']);
    expect({ status: forced.status, stderr: forced.stderr }).toEqual({ status: 0, stderr: '' });
    expect(forced.stdout).toMatch(/^ +variant tiled: forced, by --force;/m);
    expect(forced.stdout).not.toMatch(/variant (?!tiled)/);
    // Of so many maps, some products come in fours.
    const wider = ['nin-glyphs', '--width', '0.25', '--batch', '2'];
    const { stdout } = await dawngrad(['explain', 'train', ...wider, '--force', 'vectorised64narrow']);
    expect(stdout).toMatch(/^ +variant vectorised64narrow: forced, by --force;/m);
    expect(stdout).toMatch(/^ +variant .*; preferred, but not possible here: vectorised64narrow/m);
  });

  it('trains by it, and tells first which products it computes', async () => {
    const data = ['--data', writeTinyMnist(directory.file('mnist'))];
    const args = ['nin-mnist', ...data, '--width', '0.1', '--batch', '8', '--epochs', '1'];
    const out = ['--out', directory.file('run')];
    const { status, stderr } = await dawngrad(['train', ...args, ...out, '--force', 'stacked32']);
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /^stacked32 computes \d+ of \d+ distinct matrix products\n {2}not 1x\d+x\d+ sum .*: \w+\n/,
    );
    const resumed = await dawngrad(['train', '--resume', directory.file('run'), '--epochs', '2']);
    expect(resumed.stderr).toContain('the run goes on by --force stacked32, as it was computed until now\n');
  });

  it('is refused in one line where there is no such variant, or it rounds more than was asked for', async () => {
    expect(await dawngrad(['explain', 'train', ...size, '--force', 'quick'])).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^dawngrad: option '--force <variant>' argument 'quick' is invalid\. .*\n$/,
      ),
    });
    expect(await dawngrad(['explain', 'train', ...size, '--force', 'half'])).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^dawngrad: .*half.* it takes a device of precision medium, .*\n$/),
    });
  });
});
