import { describe, expect, it } from 'vitest';
import type { Cost, Launch } from '../../../src/gpu/program/launch.js';
import { productsOf } from '../../../src/kernels/products/choice/seen-products.js';
import { conv2d, conv2dInputGradient } from '../../../src/kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../../src/kernels/products/conv2d-parameter-gradients.js';
import { matrixProduct } from '../../../src/kernels/products/matrix-product.js';
import type { Epilogue, Product } from '../../../src/kernels/products/product.js';
import { windowedSize, windowOf } from '../../../src/tensor/shape.js';
import { Tensor } from '../../../src/tensor/tensor.js';
import { useDevice } from '../../support/device.js';
import { convolutionCases, factorShapes, matmulCases } from '../../support/shapes.js';

const range = (length: number) => [...Array(length).keys()];

/** The cost as its definition says: every address that any multiply-add touches, in a set. */
function costByCounting(product: Product, { accumulate, mask, bias }: Epilogue): Cost {
  const { batches, rows, columns, outer, middle = 1, inner, group, a, b, c } = product;
  const [seenOfA, seenOfB] = [new Set<number>(), new Set<number>()];
  for (const batch of range(batches)) {
    for (const o of range(outer)) {
      for (const m of range(middle)) {
        for (const i of range(inner)) {
          for (const row of range(rows)) {
            const block = o * (a.outer ?? 0) + m * (a.middle ?? 0);
            seenOfA.add(batch * (a.batch ?? 0) + row * a.row + block + i * a.inner);
          }
          for (const column of range(columns)) {
            const within = column % group;
            const start = batch * (b.batch ?? 0) + o * (b.outer ?? 0) + i * b.inner;
            const at = start + Math.floor(column / group) * (b.group ?? 0) + within * b.column;
            if (!b.window) seenOfB.add(at);
            else {
              const { height, width, originY, originX, column: steps, middle: taps, innerX = 0 } = b.window;
              const y =
                originY + Math.floor(within / steps.width) * steps.y + Math.floor(m / taps.width) * taps.y;
              const x = originX + (within % steps.width) * steps.x + (m % taps.width) * taps.x + i * innerX;
              if (y >= 0 && y < height && x >= 0 && x < width) seenOfB.add(at + y * width + x);
            }
          }
        }
      }
    }
  }
  const results = batches * rows * columns;
  const extra =
    (bias ? (bias.per === 'row' ? rows : columns) : 0) + (c.rowSums === undefined ? 0 : batches * rows);
  const ofC = results * (1 + Number(accumulate === true) + Number(mask !== undefined));
  return {
    flops: 2 * results * outer * middle * inner,
    bytes: 4 * (seenOfA.size + seenOfB.size + ofC + extra),
  };
}

describe('the cost of a product', () => {
  const gpu = useDevice();

  /** What the products that `work` asks for cost, as their launches say and as counting does. */
  function costsOf(work: () => void) {
    let launches: readonly Launch[] = [];
    const seen = productsOf(gpu.device, () => {
      launches = gpu.device.plan(work).launches.filter(({ shader }) => shader.startsWith('products/matmul'));
    });
    return {
      said: launches.map(({ cost }) => cost),
      counted: seen.map(({ product, epilogue }) => costByCounting(product, epilogue)),
    };
  }

  it.each(matmulCases)('$name: every element once', (matmulCase) => {
    const shapes = factorShapes(matmulCase);
    const [a, b] = [new Tensor(gpu.device, shapes.a), new Tensor(gpu.device, shapes.b)];
    const { said, counted } = costsOf(() => void matrixProduct(a, b, matmulCase));
    expect(said).toEqual(counted);
  });

  it.each(convolutionCases)('a convolution and its gradients, $name: every pixel once', (one) => {
    const { input, outputs, kernel, stride, padding, dilation } = one;
    const window = windowOf('conv2d', { kernelSize: kernel, stride, padding, dilation });
    const weightShape = [outputs, input[1], ...kernel];
    const positions = windowedSize('conv2d', [input[2], input[3]], window);
    const tensor = (shape: readonly number[]) => new Tensor(gpu.device, shape);
    const [x, weight, bias, dy] = [input, weightShape, [outputs], [input[0], outputs, ...positions]].map(
      tensor,
    );
    const { said, counted } = costsOf(() => {
      conv2d(x!, weight!, bias!, window, true);
      // With longer strides the gradient unfolds, in launches of several shapes of one key.
      if (window.stride.every((step) => step === 1)) conv2dInputGradient(dy!, weight!, input, window, x!);
    });
    expect(said).toEqual(counted);
    const gradient = costsOf(() => void conv2dParameterGradients(dy!, x!, weightShape, window, true));
    expect(gradient.said).toEqual(gradient.counted);
  });
});
