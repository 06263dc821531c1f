import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useDirectory } from '../../support/directory.js';
import { dawngrad, useBuild } from '../dawngrad.js';
import { inProcess } from '../in-process.js';

useBuild();

describe('dawngrad ladder', () => {
  const directory = useDirectory();

  it('prints the steps with what they gain, and writes them as a page and as JSON', async () => {
    const [html, json] = [join(directory.path, 'ladder.html'), join(directory.path, 'ladder.json')];
    const outcome = await dawngrad(['ladder', 'softmax', '--time', '0.01', '--html', html, '--json', json]);
    expect({ ...outcome, stdout: '' }).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(outcome.stdout).toMatch(/^softmax: the gradient of the mean cross-entropy /);
    expect(outcome.stdout).toMatch(/^row by row .* x op by op/m);
    expect(readFileSync(html, 'utf8')).toContain('<h1>The ladder of softmax</h1>');
    expect(JSON.parse(readFileSync(json, 'utf8')).steps).toHaveLength(2);
  });

  it('refuses more time than its turns can take', async () => {
    expect(await inProcess(['ladder', 'softmax', '--time', '1e9'], directory.path)).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^dawngrad: .*'1e9' is invalid\. .*more than 0 and at most 60\.\n$/),
    });
  });

  it('refuses a ladder that there is not, with those that there are', async () => {
    const { status, stderr } = await dawngrad(['ladder', 'matrix']);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/Allowed choices are matmul, conv2d\.forward, .*, pool/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
