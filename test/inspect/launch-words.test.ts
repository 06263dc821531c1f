import { describe, expect, it } from 'vitest';
import { crossEntropy } from '../../src/autograd/ops/losses/cross-entropy.js';
import { backward } from '../../src/autograd/tape.js';
import { productOf, variantOf, wordsOf } from '../../src/inspect/launch-words.js';
import { chosenVariants, explainChoice } from '../../src/kernels/products/choice/choose-variant.js';
import { productsOf } from '../../src/kernels/products/choice/seen-products.js';
import { VARIANTS } from '../../src/kernels/products/ladder/ladder.js';
import { matrixProduct } from '../../src/kernels/products/matrix-product.js';
import { models } from '../../src/nn/models/index.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { tidy } from '../../src/tensor/tidy.js';
import { useDevice } from '../support/device.js';

describe('the words for a launch', () => {
  const gpu = useDevice();
  const medium = useDevice({ precision: 'medium' });

  it.each([
    ['single precision', gpu],
    ['halves', medium],
  ])(
    'are the key of the product that it computes, and name the variant that was chosen for it: %s',
    (what, { device }) => {
      const model = models.get('nin-cifar10')!.build(device, { width: 0.1 });
      const step = () =>
        tidy(device, () => {
          const images = new Tensor(device, [3, 3, 32, 32]);
          const labels = new Tensor(device, [3], 'u32');
          backward(crossEntropy(model.forward(images), labels).loss);
        });
      let launches: ReturnType<typeof device.plan>['launches'] = [];
      const seen = productsOf(device, () => {
        launches = device.plan(step).launches;
      });
      const products = launches.filter(({ label }) => label.startsWith('matmul.'));
      expect(new Set(products.map(wordsOf))).toEqual(new Set(seen.map(({ key }) => key)));
      const halves = what === 'halves' && device.has('shader-f16');
      expect(seen.some(({ key }) => key.includes(' stored '))).toBe(halves);
      const chosen = chosenVariants(device);
      for (const launch of products) {
        expect(variantOf(launch)).toBe(chosen[wordsOf(launch)]);
        const found = productOf(launch)!;
        const { product } = seen.find(({ key }) => key === found.key)!;
        expect(found.product).toMatchObject(product);
        expect(explainChoice(device, found).variant).toBe(variantOf(launch));
      }
    },
  );

  it.each(VARIANTS)('tell %s from the other rungs of the ladder', (variant) => {
    const { device } = gpu;
    const plan = () =>
      device.plan(() =>
        matrixProduct(new Tensor(device, [64, 64]), new Tensor(device, [64, 64]), {}, {}, variant),
      );
    try {
      expect(variantOf(plan().launches[0]!)).toBe(variant);
    } catch (error) {
      // Not every device can compute by every rung.
      expect((error as Error).message).toContain(`${variant} cannot compute`);
    }
  });

  it('are the parameters of any other kernel, by name', () => {
    const launch = {
      label: 'pool',
      shader: 'pools/pool.wgsl',
      entryPoint: 'forward',
      constants: {},
      access: [],
      operands: [],
      params: new ArrayBuffer(0),
      grid: [1, 1, 1],
    } as const;
    expect(wordsOf({ ...launch, values: { planes: 12, factor: 1 / 3 } })).toBe('planes 12 factor 0.333333');
    expect([wordsOf(launch), productOf(launch), variantOf(launch)]).toEqual(['', undefined, undefined]);
  });
});
