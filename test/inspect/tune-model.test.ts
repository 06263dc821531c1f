import { describe, expect, it } from 'vitest';
import { productsOfModel, tableWith } from '../../src/inspect/tune-model.js';
import { parseMeasuredTable, subjectOf } from '../../src/kernels/tuning/measured-table.js';
import { models } from '../../src/nn/models/index.js';
import { useDevice } from '../support/device.js';

describe('tuning a model', () => {
  const gpu = useDevice();

  it('finds the products of its training and evaluation steps, each once, and computes nothing', () => {
    const glyphs = models.get('nin-glyphs')!;
    const before = gpu.device.pending;
    const seen = productsOfModel(glyphs, gpu.device, { training: 2, evaluation: 3 });
    expect(gpu.device.pending).toBe(before);
    const keys = seen.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    const layersOn = (images: number) =>
      seen.filter(({ product, epilogue }) => epilogue.bias && product.columns === images * product.group)
        .length;
    expect(layersOn(2)).toBeGreaterThanOrEqual(2);
    expect(layersOn(3)).toBe(layersOn(2));
    expect(keys.some((key) => key.endsWith('mask'))).toBe(true);
    const alone = productsOfModel(glyphs, gpu.device, { training: 2, evaluation: 2 });
    expect(alone.length).toBeLessThan(seen.length);
  });

  it('makes a table of what was chosen', () => {
    const option = { variant: 'naive', pipeline: 'p', milliseconds: 1.23456 };
    const product = { key: 'key', count: 1, flops: 8, options: [option], slower: [], rejected: [] };
    const tuning = { products: [product], choices: new Map([[product, option]]), compile: new Map() };
    const { path, text } = tableWith(gpu.device, tuning);
    expect(path).toMatch(/dawngrad\/tuning\/.+\.json$/);
    expect(parseMeasuredTable(text, subjectOf(gpu.device.adapter))).toEqual({
      products: { key: { variant: 'naive', milliseconds: { naive: 1.235 } } },
    });
  });
});
