/** The families of kernels that a user's shader may be one of, but for matrix products: those have a table of their own. */
import type { Device } from '../../gpu/device.js';
import { relu, reluBackward, reluForward, reluGradient } from '../../kernels/elementwise/relu.js';
import type { Kernel } from '../../kernels/kernel.js';
import {
  maxout,
  maxoutBackward,
  maxoutBackwardQuads,
  maxoutForward,
  maxoutForwardQuads,
  maxoutGradient,
} from '../../kernels/maxout.js';
import {
  localResponseNorm,
  localResponseNormBackward,
  localResponseNormBackwardSegments,
  localResponseNormBackwardTerms,
  localResponseNormForward,
  localResponseNormForwardSegments,
  localResponseNormGradient,
} from '../../kernels/normalisation/local-response-norm.js';
import {
  avgPool,
  avgPoolBackward,
  avgPoolBackwardWide,
  avgPoolForward,
  avgPoolGradient,
} from '../../kernels/pools/avg-pool.js';
import {
  globalAvgPool,
  globalAvgPoolBackward,
  globalAvgPoolForward,
  globalAvgPoolForwardQuads,
  globalAvgPoolGradient,
} from '../../kernels/pools/global-avg-pool.js';
import {
  maxPool,
  maxPoolBackward,
  maxPoolBackwardWide,
  maxPoolForward,
  maxPoolForwardWithArgmax,
  maxPoolGradient,
  maxPoolWithArgmax,
} from '../../kernels/pools/max-pool.js';
import { type Shape, type Window, type WindowOptions, windowOf } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';

/** Kernels of one shader of the engine, which is their specification. */
export interface Family {
  /** File under `shaders/`: what a new shader starts from. */
  readonly shader: string;
  /** What a user's shader may take the place of, each by an entry point of that name. */
  readonly kernels: readonly Kernel[];
  /** What launches them, by the shape that it is done on. */
  readonly works: (device: Device) => Readonly<Record<string, () => void>>;
  /** How far apart two elements may be, of operands between -1 and 1. */
  readonly limit: number;
}

/** Lengths around that of a workgroup, odd ones, and one for which all workgroups that there are take turns. */
const FLAT: readonly Shape[] = [[1], [7], [255], [256], [257], [3, 5, 7, 9], [1031], [300_007]];
/** Images, of odd sizes and in whole fours. */
const IMAGES: readonly Shape[] = [
  [1, 1, 3, 3],
  [2, 6, 5, 7],
  [3, 66, 4, 4],
  [2, 12, 8, 8],
  [1, 6, 33, 31],
];

const over =
  (shapes: readonly Shape[], work: (x: Tensor) => void, how = ''): Family['works'] =>
  (device) =>
    Object.fromEntries(
      shapes.map((shape) => [`${shape.join('x')}${how}`, () => work(new Tensor(device, shape))]),
    );

const pool = (options: WindowOptions) => windowOf('maxPool2d', options);

const blank = (like: Tensor, shape: Shape) => new Tensor(like.device, shape);

/** Overlapping and with gaps, over the edges and clear of them; what rows have, columns have otherwise. All fit into 3 x 3. */
const WINDOWS: Readonly<Record<string, Window>> = {
  '3x3 stride 2': pool({ kernelSize: 3, stride: 2, ceilMode: true }),
  '2x3 stride 3x2': pool({ kernelSize: [2, 3], stride: [3, 2] }),
  '1x2 stride 2x1 padding 0x1': pool({ kernelSize: [1, 2], stride: [2, 1], padding: [0, 1] }),
  '3x2 stride 1x2 padding 1 dilation 1x2': pool({
    ...{ kernelSize: [3, 2], stride: [1, 2], padding: 1, dilation: [1, 2], ceilMode: true },
  }),
  '2x3 stride 2x1 padding 1 dilation 2x1': pool({
    ...{ kernelSize: [2, 3], stride: [2, 1], padding: 1, dilation: [2, 1] },
  }),
};

/** Also where x came out of a ReLU: then a maximum may be nowhere. And where a dropout follows. */
function maxPooling(x: Tensor, window: Window): void {
  maxPool(x, window);
  const drop = { p: 0.5, key: new Tensor(x.device, [2], 'u32') };
  for (const how of [{}, { masked: true }, { masked: true, drop }]) {
    const { y, argmax } = maxPoolWithArgmax(x, window, how);
    maxPoolGradient(argmax, blank(y, y.shape), x.shape, window, how.drop?.p);
  }
}

/** A mean has no dilation. */
function avgPooling(x: Tensor, window: Window): void {
  for (const countPadding of [true, false]) {
    const y = avgPool(x, { ...window, dilation: [1, 1] }, countPadding);
    avgPoolGradient(blank(y, y.shape), x.shape, { ...window, dilation: [1, 1] }, countPadding);
  }
}

const throughWindows =
  (pooling: (x: Tensor, window: Window) => void): Family['works'] =>
  (device) =>
    Object.assign(
      {},
      ...Object.entries(WINDOWS).map(([name, window]) =>
        over(IMAGES, (x) => pooling(x, window), ` by ${name}`)(device),
      ),
    );

/** Channels that a response is divided by the sum of: as many on either side, one more before than behind, and more than there are. */
const NEIGHBOURS = [5, 4, 9];

const normalising = (size: number): Family['works'] =>
  over(
    IMAGES,
    (x) => {
      const norm = { size, alpha: 1, beta: 0.75, k: 2 };
      localResponseNorm(x, norm);
      localResponseNormGradient(x, blank(x, x.shape), norm);
    },
    ` over ${size} channels`,
  );

/** By name, as `--family` takes it. */
export const FAMILIES: Readonly<Record<string, Family>> = {
  relu: {
    shader: 'elementwise/relu.wgsl',
    kernels: [reluForward, reluBackward],
    works: over(FLAT, (x) => {
      relu(x);
      reluGradient(x, blank(x, x.shape));
    }),
    limit: 0,
  },
  maxout: {
    shader: 'maxout.wgsl',
    kernels: [maxoutForward, maxoutForwardQuads, maxoutBackward, maxoutBackwardQuads],
    works: over(IMAGES.slice(1), (x) => {
      const y = maxout(x, 3);
      maxoutGradient(x, blank(y, y.shape), 3);
    }),
    limit: 0,
  },
  maxPool: {
    shader: 'pools/max_pool.wgsl',
    kernels: [maxPoolForward, maxPoolForwardWithArgmax, maxPoolBackward, maxPoolBackwardWide],
    works: throughWindows(maxPooling),
    // Operands are multiples of 2^-10: what a gradient adds up is exact in any order.
    limit: 0,
  },
  avgPool: {
    shader: 'pools/avg_pool.wgsl',
    kernels: [avgPoolForward, avgPoolBackward, avgPoolBackwardWide],
    works: throughWindows(avgPooling),
    // A few quotients, added up in another order, or a quotient of a sum.
    limit: 2 ** -20,
  },
  globalAvgPool: {
    shader: 'pools/global_avg_pool.wgsl',
    kernels: [globalAvgPoolForward, globalAvgPoolForwardQuads, globalAvgPoolBackward],
    works: over(IMAGES, (x) => {
      const y = globalAvgPool(x);
      globalAvgPoolGradient(blank(y, y.shape), x.shape);
    }),
    // A mean of up to a thousand numbers, added up in another order.
    limit: 2 ** -20,
  },
  localResponseNorm: {
    shader: 'normalisation/local_response_norm.wgsl',
    kernels: [
      localResponseNormForward,
      localResponseNormForwardSegments,
      localResponseNormBackwardTerms,
      localResponseNormBackward,
      localResponseNormBackwardSegments,
    ],
    works: (device) => Object.assign({}, ...NEIGHBOURS.map((size) => normalising(size)(device))),
    // Powers, which WGSL lets a driver compute to a few bits less than all.
    limit: 2 ** -16,
  },
};
