import { describe, expect, it } from 'vitest';
import { planRun } from '../../../src/inspect/memory-plan.js';
import { productsOfRun, tableWith } from '../../../src/inspect/tuning/tune-model.js';
import { parseMeasuredTable, subjectOf } from '../../../src/kernels/products/choice/measured-table.js';
import { productsOf } from '../../../src/kernels/products/choice/seen-products.js';
import { chooseWithoutData } from '../../../src/train/recipes/choose-config.js';
import { EVALUATION_BATCH } from '../../../src/train/run/session.js';
import { useDevice } from '../../support/device.js';

describe('tuning a model', () => {
  const gpu = useDevice();
  const medium = useDevice({ precision: 'medium' });

  it('finds the products of its training and evaluation steps, each once, and computes nothing', () => {
    const productsFor = (batch: number, width = 1) =>
      productsOfRun(chooseWithoutData({ changes: { batch, width } }), gpu.device);
    const before = gpu.device.pending;
    const seen = productsFor(2);
    expect(gpu.device.pending).toBe(before);
    const keys = seen.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    const layersOn = (images: number) =>
      seen.filter(({ product, epilogue }) => epilogue.bias && product.columns === images * product.group)
        .length;
    expect(layersOn(2)).toBeGreaterThanOrEqual(2);
    expect(layersOn(EVALUATION_BATCH)).toBe(layersOn(2));
    expect(keys.some((key) => key.endsWith('mask'))).toBe(true);
    const alone = productsFor(EVALUATION_BATCH);
    expect(alone.length).toBeLessThan(seen.length);
    const narrow = productsFor(2, 0.5).map(({ key }) => key);
    expect(narrow.filter((key) => !keys.includes(key)).length).toBeGreaterThan(0);
  });

  it('looks at the products of a run, operands stored as they are there', () => {
    const { device } = medium;
    const config = {
      ...chooseWithoutData({ changes: { batch: 2, width: 0.5 } }),
      precision: device.precision,
    };
    const seen = productsOfRun(config, device).map(({ key }) => key);
    const ofRun = productsOf(device, () => void planRun(config, device)).map(({ key }) => key);
    expect(seen.sort()).toEqual(ofRun.sort());
    expect(seen.some((key) => key.endsWith(' stored f32,f16,f16'))).toBe(device.has('shader-f16'));
  });

  it('makes a table of what was chosen', () => {
    const option = { variant: 'specification', pipeline: 'p', milliseconds: 1.23456 };
    const product = { key: 'key', count: 1, flops: 8, options: [option], slower: [], rejected: [] };
    const tuning = { products: [product], choices: new Map([[product, option]]), compile: new Map() };
    const { path, text } = tableWith(gpu.device, tuning);
    expect(path).toMatch(/dawngrad\/tuning\/.+\.json$/);
    expect(parseMeasuredTable(text, subjectOf(gpu.device))).toEqual({
      products: { key: { variant: 'specification', milliseconds: { specification: 1.235 } } },
    });
  });
});
