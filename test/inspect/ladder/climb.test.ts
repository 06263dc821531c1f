import { describe, expect, it } from 'vitest';
import { describeClimb } from '../../../src/cli/output/ladder-text.js';
import { type Climb, climb } from '../../../src/inspect/ladder/climb.js';
import type { Ladder, Step } from '../../../src/inspect/ladder/ladder.js';
import { ladderPage } from '../../../src/inspect/ladder/ladder-page.js';
import { excuseOf, gainText } from '../../../src/inspect/ladder/words.js';
import { relu } from '../../../src/kernels/elementwise/relu.js';
import { filled } from '../../../src/kernels/fill.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { useDevice } from '../../support/device.js';

describe('climbing a ladder', () => {
  const gpu = useDevice();

  /** Of ReLUs one after the other: the first step takes eight, the others fewer. */
  function ladderOf(...more: Step[]): Ladder {
    const x = filled(gpu.device, [2 ** 16], 1);
    const step = (name: string, times: number): Step => ({
      ...{ name, idea: `${times} times`, madeFor: 'every device' as const },
      work: () => {
        let y: Tensor = x;
        for (let time = 0; time < times; time++) y = relu(y);
        return y;
      },
    });
    return {
      ...{ name: 'relus', work: 'ReLUs', flops: 2 ** 16, bytes: 2 ** 19, limit: 0 },
      steps: [step('eight', 8), step('one', 1), ...more],
    };
  }

  it('times every step, and tells what each gains over the one that it improves on', async () => {
    const wrong: Step = {
      ...{ name: 'wrong', idea: 'too much', madeFor: 'every device' },
      work: () => filled(gpu.device, [2 ** 16], 2),
    };
    const elsewhere: Step = {
      ...{ name: 'elsewhere', idea: 'none', madeFor: 'GPUs', after: 'one', refused: 'not on this adapter' },
      work: () => {
        throw new Error('it was refused');
      },
    };
    const climbed = await climb(gpu.device, ladderOf(wrong, elsewhere), { seconds: 0.01 });
    const [eight, one, bad, missing] = climbed.steps;
    expect(eight!.after).toBeUndefined();
    expect(eight!.timed).toMatchObject({ times: 1 });
    expect(eight!.timed!.beside).toBeUndefined();
    expect(one).toMatchObject({ after: 'eight', timed: { beside: { verdict: 'faster' } } });
    expect(one!.timed!.times).toBeGreaterThan(2);
    expect(one!.timed!.low).toBeLessThanOrEqual(one!.timed!.high);
    expect(bad).toMatchObject({ missing: 'wrong: element 0 is 2, and 1 by the first step' });
    expect(bad!.timed).toBeUndefined();
    expect(missing).toMatchObject({ missing: 'not on this adapter', sources: [] });
    expect(one!.sources).toEqual([
      expect.objectContaining({
        kernel: 'relu.forward',
        shader: 'elementwise/relu.wgsl',
        entryPoint: 'forward',
      }),
    ]);
    expect(one!.sources[0]!.text).toContain('fn rectify('); // linked: it stands in another file
  });
});

/** A climb that nobody made. */
const CLIMB: Climb = {
  ...{
    name: 'matmul',
    work: 'a product',
    flops: 1e6,
    bytes: 1e6,
    adapter: 'a <GPU>',
    software: true,
    clock: 'host clock',
  },
  limits: { gflops: 10, gigabytes: 10 },
  steps: [
    {
      ...{ name: 'naive', idea: 'a thread for each', madeFor: 'every device', sources: [] },
      timed: { least: 1, milliseconds: 1.1, low: 1, high: 1.2, gflops: 0.91, share: 0.09, times: 1 },
    },
    {
      ...{ name: 'tiled', idea: 'a < b', madeFor: 'every device', after: 'naive' },
      timed: {
        ...{ least: 0.25, milliseconds: 0.275, low: 0.27, high: 0.28, gflops: 3.64, share: 0.36, times: 4 },
        beside: { ratio: 0.25, low: 0.2, high: 0.5, verdict: 'faster' },
      },
      sources: [
        {
          kernel: 'matmul.tiled',
          shader: 'x.wgsl',
          entryPoint: 'y',
          constants: { A: 1, B: false },
          text: 'a < b',
        },
      ],
    },
    {
      ...{ name: 'quads', idea: 'four', madeFor: 'GPUs', after: 'tiled', sources: [] },
      timed: {
        ...{ least: 0.5, milliseconds: 0.55, low: 0.5, high: 0.6, gflops: 1.8, share: 0.18, times: 2 },
        beside: { ratio: 2, low: 1.9, high: 2.1, verdict: 'slower' },
      },
    },
    {
      ...{ name: 'units', idea: 'matrices', madeFor: 'GPUs', after: 'quads', sources: [] },
      missing: 'not on this adapter',
    },
  ],
};

describe('a climb, for people', () => {
  it('is a table and the ideas', () => {
    const lines = describeClimb(CLIMB).split('\n');
    expect(lines[0]).toBe('matmul: a product');
    expect(lines[3]).toMatch(/^ +least ms +ms +GFLOP\/s +% limit +x naive +gain$/);
    expect(lines[5]).toMatch(/^tiled +0\.250 +0\.275 +3\.64 +36 +4\.00 +4\.00 \(2\.00 to 5\.00\) x naive$/);
    expect(lines[6]).toMatch(/ 0\.500 \(0\.476 to 0\.526\) x tiled; made for GPUs$/);
    expect(lines[7]).toMatch(/^units +not on this adapter$/);
    expect(lines).toContain('naive  a thread for each');
  });

  it('says where a gain may be nothing, and excuses only what was made for something else', () => {
    const doubtful = {
      ...CLIMB.steps[1]!.timed!,
      beside: { ratio: 1, low: 0.9, high: 1.1, verdict: 'cannot tell' as const },
    };
    expect(gainText(doubtful, 'naive')).toBe('1.00 (0.909 to 1.11) x naive, which may be nothing');
    expect(CLIMB.steps.map((step) => excuseOf(step, CLIMB))).toEqual(['', '', 'made for GPUs', '']);
    expect(CLIMB.steps.map((step) => excuseOf(step, { software: false }))).toEqual(['', '', '', '']);
  });

  it('is a page, with bars as long as the fastest is fast, and the shaders', () => {
    const page = ladderPage(CLIMB);
    expect([...page.matchAll(/style="width:([\d.]+)%"/g)].map(([, width]) => Number(width))).toEqual([
      25, 100, 49.45,
    ]);
    expect(page).toContain('a &lt;GPU&gt;');
    expect(page).toContain('<summary>matmul.tiled: x.wgsl y A=1</summary><pre><code>a &lt; b</code></pre>');
    expect(page).toContain('not on this adapter');
    expect(page).not.toMatch(/https?:\/\//);
  });
});
