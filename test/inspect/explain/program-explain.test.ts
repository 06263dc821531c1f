import { describe, expect, it } from 'vitest';
import { crossEntropy } from '../../../src/autograd/ops/losses/cross-entropy.js';
import { Adam, GlobalAvgPool2d, MaxPool2d, MlpConv, withOrigins } from '../../../src/index.js';
import { Sequential } from '../../../src/nn/layers/sequential.js';
import { zeros } from '../../../src/tensor/create.js';
import { tidy } from '../../../src/tensor/tidy.js';
import { useDevice } from '../../support/device.js';

describe('program.explain', () => {
  const gpu = useDevice({ seed: 1 });

  const recorded = () => {
    const { device } = gpu;
    const model = new Sequential({
      block: new MlpConv(device, 3, [4, 4, 10], { kernelSize: 3, padding: 1 }),
      pool: new MaxPool2d({ kernelSize: 2 }),
      average: new GlobalAvgPool2d(),
    });
    const images = zeros(device, [2, 3, 8, 8]);
    const labels = zeros(device, [2], 'u32');
    const optimizer = new Adam(model.parameters());
    const step = () =>
      tidy(device, () => {
        const { loss } = crossEntropy(model.forward(images), labels);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        return loss;
      });
    return { model, step, record: () => device.record(step) };
  };

  it('tells origins and names of a program recorded with them, and says what its JSON does', () => {
    const { model, record } = recorded();
    const program = withOrigins([model], record);
    const explanation = program.explain({ model });
    const { launches, memory } = explanation;
    expect(launches.map(({ kernel }) => kernel)).toEqual(program.kernels);
    const first = launches.find(({ layer, product }) => layer === 'block.conv' && product)!;
    expect(first).toMatchObject({ op: 'conv2d', direction: 'forward' });
    expect(first.operands[0]?.parameter).toBe('block.conv.weight');
    expect(memory.bytes).toBe(program.bytes);
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
    program.dispose();
  });

  it('names the line that called an op, also of its backward pass, and the line of the step', () => {
    const { model, record } = recorded();
    const program = withOrigins([model], record);
    const { launches } = program.explain();
    for (const direction of ['forward', 'backward']) {
      const launch = launches.find((one) => one.layer === 'block.conv' && one.direction === direction)!;
      expect(launch.calls[0]).toMatch(/^src\/nn\/layers\/conv2d\.ts:\d+$/);
      expect(launch.calls.at(-1)).toMatch(/^test\/inspect\/explain\/program-explain\.test\.ts:\d+$/);
    }
    expect(launches.at(-1)?.calls[0]).toMatch(/^src\/nn\/optim\/\w+\.ts:\d+$/);
    program.dispose();
  });

  it('counts what fusion spares', () => {
    const { model, record } = recorded();
    const program = withOrigins([model], record);
    const { launches, total } = program.explain();
    const passes = launches
      .filter(({ layer, product }) => layer === 'block.conv' && product)
      .map(({ fused }) => fused.map(({ pass }) => pass));
    const [forward, weightGradient] = passes;
    expect(forward).toEqual(['bias', 'relu', 'unfold']);
    expect(weightGradient).toContain('bias gradient');
    const first = launches.find(({ layer, product }) => layer === 'block.conv' && product)!;
    // 2 x 4 maps of 8 x 8, and 27 terms for each position, 4 bytes each: written once and read once.
    expect(first.fused.map(({ bytes }) => bytes)).toEqual([4096, 4096, 2 * 27 * 128 * 4]);
    const spared = launches.flatMap(({ fused }) => fused);
    expect(total.spared.launches).toBe(spared.length);
    expect(total.spared.bytes).toBe(spared.reduce((sum, { bytes }) => sum + bytes, 0));
    program.dispose();
  });

  it('explains a program without them', () => {
    const { record } = recorded();
    const program = record();
    const { launches, layers } = program.explain();
    expect(launches.every(({ layer, calls }) => layer === '' && calls.length === 0)).toBe(true);
    expect(layers).toHaveLength(1);
    program.dispose();
  });

  it('places tensors that are needed at one time beside one another', () => {
    const { model, record } = recorded();
    const program = withOrigins([model], record);
    const { memory, launches } = program.explain();
    const { tensors, buffers, textures } = memory;
    expect([...buffers, ...textures].reduce((sum, bytes) => sum + bytes, 0)).toBe(memory.bytes);
    const placed = tensors.filter(({ place }) => place !== null);
    expect(placed.length).toBeGreaterThan(10);
    const lasts = ({ from, until }: (typeof placed)[0]) => [from, until ?? launches.length] as const;
    for (const [index, one] of placed.entries()) {
      const { buffer, offset } = one.place!;
      expect(offset + one.bytes).toBeLessThanOrEqual(buffers[buffer]!);
      for (const other of placed.slice(index + 1)) {
        const [begin, end] = lasts(one);
        const [otherBegin, otherEnd] = lasts(other);
        const apart =
          other.place!.buffer !== buffer ||
          other.place!.offset >= offset + one.bytes ||
          offset >= other.place!.offset + other.bytes;
        expect(apart || end < otherBegin || otherEnd < begin).toBe(true);
      }
    }
    program.dispose();
  });

  it('refuses options that there are not', () => {
    const x = zeros(gpu.device, [1]);
    const program = gpu.device.record(() => x.add(1));
    expect(() => program.explain({ model: 3 as never })).toThrow(/program\.explain.*model is 3/);
    expect(() => withOrigins(3 as never, () => {})).toThrow(/withOrigins: models/);
    program.dispose();
  });
});
