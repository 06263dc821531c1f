import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stopwatch } from '../../../src/gpu/stopwatch.js';
import type { Beside, Workbench } from '../../../src/inspect/lab/beside.js';
import { openLab } from '../../../src/inspect/lab/open-lab.js';
import { startingPoint } from '../../../src/inspect/lab/starting-point.js';
import { trainingStep } from '../../../src/inspect/tuning/tune-model.js';
import { VARIANTS } from '../../../src/kernels/products/ladder/ladder.js';
import { chooseWithoutData } from '../../../src/train/recipes/choose-config.js';
import { useDevice } from '../../support/device.js';
import { useFreshDirectory } from '../../support/directory.js';

const gpu = useDevice();
const directory = useFreshDirectory();
const config = chooseWithoutData({ model: 'nin-glyphs', changes: { width: 0.1, batch: 2 } });

/** Samples may be short: what they come to does not matter here. */
const hasty = (): Workbench => ({
  device: gpu.device,
  clock: stopwatch(gpu.device),
  limits: { gflops: 10, gigabytes: 10 },
  length: 0.001,
  patience: 0,
});

async function beside(change: (text: string) => string): Promise<readonly Beside[]> {
  const path = directory.file('mine.wgsl');
  writeFileSync(path, change(startingPoint('matmul')));
  const found: Beside[] = [];
  for await (const one of openLab(gpu.device, path, 'matmul').beside(config, hasty())) found.push(one);
  return found;
}

describe('a kernel of products beside the engine', () => {
  it('is timed on every product of a step, however slow it is', async () => {
    const found = await beside((text) => text);
    const { products } = trainingStep(config, gpu.device);
    expect(products.length).toBeGreaterThan(10);
    expect(found.map(({ name }) => name)).toEqual(products.map(({ key }) => key));
    for (const one of found) {
      if ('state' in one) expect.fail(`${one.name} is ${one.state}`);
      const { theirs, ours, rival, count, share, cost, least } = one;
      for (const number of [theirs, ours, cost.flops, cost.bytes, least]) expect(number).toBeGreaterThan(0);
      expect(VARIANTS).toContain(rival);
      expect(share).toBe(1);
      expect(products.find(({ key }) => key === one.name)!.count).toBe(count);
    }
  });

  it('is left out of what it has no constant for, and of what it computes wrong', async () => {
    const found = await beside((text) =>
      text
        .replace('if (RELU) {', 'if (RELU && false) {')
        .replace('import super::shared::row_sums::{ROW_SUMS, store_row_sum};\n', '')
        .replace(/\n *if \(ROW_SUMS[^{]*\{[^}]*\}/g, ''),
    );
    const endings = new Set(found.map(({ name }) => / (relu|row-sums)$/.exec(name)?.[1]));
    expect(endings).toEqual(new Set(['relu', 'row-sums', undefined]));
    for (const one of found) {
      const state = 'state' in one ? one.state : 'timed';
      const expected = / relu$/.test(one.name) ? 'wrong' : / row-sums$/.test(one.name) ? 'refused' : 'timed';
      expect(state, one.name).toBe(expected);
    }
  });
});
