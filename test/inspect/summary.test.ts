import { describe, expect, it } from 'vitest';
import { summarise } from '../../src/inspect/summary.js';
import { models } from '../../src/nn/models/index.js';
import type { ModelOptions } from '../../src/nn/models/model.js';
import { useDevice } from '../support/device.js';

const gpu = useDevice();

function summaryOf(name: string, batch: number, options: ModelOptions = {}) {
  const { build, input } = models.get(name)!;
  return summarise(gpu.device, build(gpu.device, options), [batch, ...input]);
}

describe('summarise', () => {
  it('counts what a forward image costs the net of the paper', () => {
    const { layers, total } = summaryOf('nin-cifar10', 1);
    // Positions times weights: 5x5 from 3 maps to 192, 1x1 to 160, to 96; pooled; and so on.
    const block1 = 32 * 32 * (25 * 3 * 192 + 192 * 160 + 160 * 96);
    const block2 = 16 * 16 * (25 * 96 * 192 + 192 * 192 + 192 * 192);
    const block3 = 8 * 8 * (9 * 192 * 192 + 192 * 192 + 192 * 10);
    expect(total.parameters).toBe(966_986);
    expect(total.multiplyAdds).toBe(block1 + block2 + block3);
    expect(total.multiplyAdds).toBe(222_486_528);
    const at = (path: string) => layers.find((layer) => layer.path === path);
    expect(at('block1.conv')).toEqual({
      path: 'block1.conv',
      kind: 'Conv2d',
      output: [1, 192, 32, 32],
      parameters: 25 * 3 * 192 + 192,
      multiplyAdds: 32 * 32 * 25 * 3 * 192,
      activationBytes: 4 * 192 * 32 * 32,
    });
    expect(at('pool1')).toMatchObject({ output: [1, 96, 16, 16], parameters: 0, multiplyAdds: 0 });
    expect(layers.at(-1)).toMatchObject({ path: 'gap', output: [1, 10] });
  });

  it('counts weights that are not shared once an image, and a new shape of the same memory as none', () => {
    const { layers, total } = summaryOf('hinton-cnn', 3, { head: 'fc', width: 1 / 16 });
    const at = (path: string) => layers.find((layer) => layer.path === path)!;
    expect(at('local')).toMatchObject({
      output: [3, 1, 4, 4],
      parameters: 16 * (9 * 4 + 1),
      multiplyAdds: 3 * 16 * 9 * 4,
    });
    expect(at('fc')).toMatchObject({ output: [3, 10], parameters: 170, multiplyAdds: 3 * 160 });
    expect(at('flatten')).toMatchObject({ output: [3, 16], activationBytes: 0 });
    for (const column of ['parameters', 'multiplyAdds', 'activationBytes'] as const) {
      expect(layers.reduce((sum, layer) => sum + layer[column], 0)).toBe(total[column]);
    }
  });

  it.each([...models.keys()])('of %s grows with the batch, its parameters do not', (name) => {
    const [one, four] = [1, 4].map((batch) => summaryOf(name, batch, { width: 0.04 }).total);
    expect(four).toEqual({
      parameters: one!.parameters,
      multiplyAdds: 4 * one!.multiplyAdds,
      activationBytes: 4 * one!.activationBytes,
    });
  });

  it('computes nothing', () => {
    const { build, input } = models.get('nin-bn-cifar10')!;
    const model = build(gpu.device, { width: 0.05 });
    gpu.device.flush();
    summarise(gpu.device, model, [2, ...input]);
    expect(gpu.device.pending).toBe(0);
  });
});
