import { describe, expect, it } from 'vitest';
import { dawngrad, useBuild } from '../dawngrad.js';

useBuild();

describe('dawngrad summary', () => {
  it('prints a line for each layer, and totals', async () => {
    const { status, stdout, stderr } = await dawngrad(['summary', 'nin-cifar10']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [title, blank, headings, ...rows] = stdout.trimEnd().split('\n');
    expect([title, blank]).toEqual(['nin-cifar10, [1, 3, 32, 32]', '']);
    expect(headings).toMatch(/^layer +kind +output +parameters +multiply-adds +activation bytes$/);
    expect(rows).toHaveLength(3 * 3 + 2 * 2 + 1 + 1);
    expect(rows[0]).toMatch(/^block1\.conv +Conv2d +\[1, 192, 32, 32\] +14,592 +14,745,600 +786,432$/);
    expect(rows.at(-1)).toMatch(/^total +966,986 +222,486,528 +[\d,]+$/);
  });

  it('takes options of the model, or a recipe that names one, and a batch', async () => {
    const size = ['--batch', '2', '--width', '0.25'];
    const [fc, recipe] = await Promise.all([
      dawngrad(['summary', 'nin-mnist', '--head', 'fc', ...size]),
      dawngrad(['summary', '--recipe', 'hinton-cnn-fc-cifar10', ...size]),
    ]);
    expect(fc.stdout).toMatch(/^fc +Linear +\[2, 10\] +4,910 +9,800 +80$/m);
    expect(recipe.stdout).toMatch(/^hinton-cnn, \[2, 3, 32, 32\]\n/);
    expect(recipe.stdout).toMatch(/^fc +Linear +\[2, 10\]/m);
  });
});
