import { describe, expect, it } from 'vitest';
import { add } from '../../../src/autograd/ops/elementwise/add.js';
import { explainProgram } from '../../../src/inspect/explain/explain-program.js';
import { explainRun } from '../../../src/inspect/explain/explain-run.js';
import { useMeasurements } from '../../../src/kernels/products/choice/choose-variant.js';
import { zeros } from '../../../src/tensor/create.js';
import { useDevice } from '../../support/device.js';
import { SEED, tinyConfig } from '../../train/run/tiny-run.js';

const config = { ...tinyConfig, batch: 4 };

describe('explainRun', () => {
  const gpu = useDevice({ seed: SEED });
  const measured = useDevice({ seed: SEED });

  it('says of each launch of a training step which layer it is for, forward and backward', async () => {
    const { launches } = await explainRun(config, gpu.device, { step: 'train', batch: 4 });
    expect(launches.map(({ number }) => number)).toEqual(launches.map((_, index) => index + 1));
    const products = launches.filter(({ product }) => product);
    const passes = (layer: string) =>
      products.filter((launch) => launch.layer === layer).map(({ op, direction }) => `${op} ${direction}`);
    // The first convolution needs no gradient of the images: only its weight's.
    expect(passes('block1.conv')).toEqual(['conv2d forward', 'conv2d backward']);
    expect(passes('block2.conv')).toEqual(['conv2d forward', 'conv2d backward', 'conv2d backward']);
    const ofPool = launches.filter(({ layer }) => layer === 'pool1');
    expect(ofPool.map(({ op, direction, kernel }) => [op, direction, kernel])).toEqual([
      ['maxPool2d', 'forward', 'maxPool.forwardWithArgmax'],
      ['maxPool2d', 'backward', 'maxPool.backward'],
    ]);
    const order = ['forward', 'backward', 'update'];
    const places = launches.map(({ direction }) => order.indexOf(direction));
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(launches.at(-1)).toMatchObject({
      layer: '',
      op: 'adam',
      kernel: 'adam.step',
      direction: 'update',
    });
    // What the backward pass starts from is its own.
    expect(launches.find(({ kernel }) => kernel === 'fill')).toMatchObject({
      layer: '',
      direction: 'backward',
    });
    expect(launches.filter(({ kernel }) => /^softmaxCross/.test(kernel)).map(({ op }) => op)).toEqual([
      'crossEntropy',
      'crossEntropy',
    ]);
  });

  it('knows shapes and names of operands, and what a launch costs', async () => {
    const { launches, total, layers, kernels } = await explainRun(config, gpu.device, {
      step: 'train',
      batch: 4,
    });
    const first = launches.find(({ layer, product }) => layer === 'block1.conv' && product)!;
    const [a, b, bias, c] = first.operands;
    expect(a).toMatchObject({ binding: 'a', access: 'read', parameter: 'block1.conv.weight', dtype: 'f32' });
    expect(b).toEqual({ binding: 'b', access: 'read', dtype: 'f32', shape: [4, 3, 32, 32] });
    expect(bias).toMatchObject({ binding: 'bias', parameter: 'block1.conv.bias' });
    const [maps] = a!.shape as [number];
    expect(c).toEqual({ binding: 'c', access: 'write', dtype: 'f32', shape: [4, maps, 16, 16] });
    // 75 weights a window, a multiply-add each; the bias and the ReLU beside them.
    expect(first.flops).toBeGreaterThanOrEqual(2 * 75 * maps * 4 * 256);
    expect(first.constants).toMatchObject({ WINDOW: true, RELU: true });
    const gradients = launches.flatMap(({ operands }) =>
      operands.filter(({ parameter }) => parameter === 'block1.conv.weight.grad'),
    );
    expect(gradients.map(({ access, shape }) => [access, shape])).toContainEqual(['write', [maps, 3, 5, 5]]);
    for (const sums of [layers, kernels]) {
      for (const of of ['launches', 'flops', 'bytes'] as const) {
        expect(sums.reduce((sum, one) => sum + one[of], 0)).toBeCloseTo(total[of], 3);
      }
      expect(sums.map(({ flops }) => flops)).toEqual(
        sums.map(({ flops }) => flops).sort((one, other) => other - one),
      );
    }
  });

  it('says why a product gets its variant, what was preferred included', async () => {
    const before = await explainRun(config, measured.device, { step: 'eval', batch: 4 });
    const product = before.launches.find(({ layer, product }) => layer === 'block1.conv' && product)!
      .product!;
    expect(['shipped rule', 'rule of thumb']).toContain(product.why);
    const other = product.variant === 'tiled' ? 'register64' : 'tiled';
    const why = async (variant: string) => {
      useMeasurements(measured.device, { [product.key]: { variant, milliseconds: {} } });
      const after = await explainRun(config, measured.device, { step: 'eval', batch: 4 });
      return after.launches.find(({ layer, product }) => layer === 'block1.conv' && product)!.product;
    };
    expect(await why(other)).toEqual({ key: product.key, variant: other, why: 'measured', refused: [] });
    expect(await why('none such')).toEqual({ ...product, refused: ['none such', ...product.refused] });
  });

  it('has only the forward pass of an evaluation, in which nothing is dropped', async () => {
    const { launches } = await explainRun(config, gpu.device, { step: 'eval', batch: 5 });
    expect(new Set(launches.map(({ direction }) => direction))).toEqual(new Set(['forward']));
    expect(launches.some(({ kernel }) => /dropout/.test(kernel))).toBe(false);
    expect(launches.find(({ layer }) => layer === 'block1.conv')?.op).toBe('conv2d');
  });

  it('says which tensors set the peak of the memory', async () => {
    const { memory, launches } = await explainRun(config, gpu.device, { step: 'train', batch: 4 });
    const { peak, tensors } = memory;
    const sizes = peak.tensors.map((index) => tensors[index]!.bytes);
    expect(sizes).toEqual([...sizes].sort((one, other) => other - one));
    expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBe(peak.bytes);
    expect(memory.bytes).toBeGreaterThanOrEqual(peak.bytes);
    for (const { from, until, writtenBy } of peak.tensors.map((index) => tensors[index]!)) {
      expect(from).toBeLessThanOrEqual(peak.launch);
      expect(until ?? launches.length).toBeGreaterThanOrEqual(peak.launch);
      expect(writtenBy).toBeGreaterThanOrEqual(from);
    }
  });

  it('times each launch when asked to', async () => {
    const { launches, total, limits, stepMilliseconds } = await explainRun(config, gpu.device, {
      step: 'train',
      batch: 4,
      time: { sample: 1, samples: 1 },
    });
    for (const { milliseconds } of launches) expect(milliseconds).toBeGreaterThan(0);
    const sum = launches.reduce((all, { milliseconds = 0 }) => all + milliseconds, 0);
    expect(total.milliseconds).toBeCloseTo(sum, 6);
    expect(stepMilliseconds).toBeGreaterThan(0);
    const { gflops, gigabytes } = limits!;
    for (const { flops, bytes, leastMilliseconds } of launches) {
      expect(leastMilliseconds).toBeCloseTo(Math.max(flops / gflops, bytes / gigabytes) / 1e6, 9);
    }
  });

  it('leaves nothing behind: what is recorded afterwards notes no origin', async () => {
    const { device } = gpu;
    await explainRun(config, device, { step: 'eval', batch: 4 });
    const x = zeros(device, [3]);
    const { launches } = device.plan(() => add(x, 1));
    expect(launches.map(({ origin }) => origin)).toEqual([undefined]);
  });
});

describe('explainProgram', () => {
  const gpu = useDevice();

  it('explains what nobody traced, without layers', () => {
    const { device } = gpu;
    const x = zeros(device, [3]);
    const { launches, layers, total } = explainProgram(device.plan(() => add(x, 1)));
    expect(launches).toHaveLength(1);
    expect(launches[0]).toMatchObject({ number: 1, layer: '', direction: 'forward' });
    expect(launches[0]?.operands.map(({ shape }) => shape)).toEqual([[3], [3]]);
    expect(layers).toEqual([{ of: '', ...total }]);
  });
});
