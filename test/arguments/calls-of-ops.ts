/** How devices, tensors and ops are called, rightly and wrongly. */
import * as dawngrad from '../../src/index.js';
import {
  a,
  argumentsOn,
  badPool,
  type Call,
  number,
  options,
  pool,
  STRANGER,
  shape,
  text,
  whole,
  work,
} from './arguments.js';

const { Tensor, from, zeros } = dawngrad;

/** By public name; several calls where there are several ways. */
export function callsOfOps(gpu: {
  readonly device: dawngrad.Device;
}): Readonly<Record<string, () => readonly Call[]>> {
  const { device, labels, f32, u32, anyTensor, bias, operand } = argumentsOn(gpu);
  /** A weight and a bias that may be left out. */
  const affine = (length: number) => [0, 1].map(() => a(zeros(gpu.device, [length]), [1, 2], labels(length)));
  return {
    Device: () => [
      [
        dawngrad.Device.create,
        options(
          { seed: 1, precision: 'highest', limits: {}, backend: 'vulkan' },
          { seed: -1 },
          { precision: 'double' },
        ),
      ],
      [(f: () => void) => gpu.device.onHost(f), work(() => 1)],
      [(f: () => void) => gpu.device.record(f), work(() => 1)],
      [(f: () => void) => gpu.device.compile(f), work(() => 1)],
      [(f: () => void) => gpu.device.plan(f), work(() => 1)],
      [(f: () => void) => gpu.device.unrecorded(f), work(() => 1)],
    ],
    Tensor: () => [
      [
        (...args: ConstructorParameters<typeof Tensor>) => new Tensor(...args),
        device(),
        shape(2),
        text('f32', 'i32'),
      ],
      [
        (values: Float32Array) => zeros(gpu.device, [2]).write(values),
        a(new Float32Array(2), [1, 2], new Uint32Array(2), undefined),
      ],
      ...(['add', 'subtract', 'multiply', 'divide'] as const).map(
        (name): Call => [(b: dawngrad.Tensor) => zeros(gpu.device, [2])[name](b), operand(2)],
      ),
      ...(['sum', 'mean'] as const).map(
        (name): Call => [
          (o: object) => zeros(gpu.device, [2])[name](o),
          options({ axes: [0], keepDims: true }, { axes: [1.5] }, { axis: 0 }),
        ],
      ),
      [(factor: number) => zeros(gpu.device, [2]).scale(factor), number(2)],
      [(to: number[]) => zeros(gpu.device, [2]).reshape(to), shape(2)],
      [(axis: number) => zeros(gpu.device, [2]).flatten(axis), whole(0, -1, 3)],
      [
        (b: dawngrad.Tensor, o: object) => zeros(gpu.device, [2, 2]).matmul(b, o),
        f32(2, 2),
        options({ transposeA: true, transposeB: true, exact: true }),
      ],
      [() => from(gpu.device, [1], 'u32').relu, a(undefined)],
    ],
    from: () => [
      [
        from,
        device(),
        a([[1, 2]], ['1', '2'], '12', [1, [2]], [[1], 2], [undefined], undefined, null, STRANGER, [true]),
        text('f32', 'i32'),
      ],
      [from, device(), a([[1, 2]], [-1], [1.5], [2 ** 32]), text('u32')],
    ],
    fromArray: () => [
      [
        dawngrad.fromArray,
        device(),
        a(new Float32Array(2), [1, 2], new Int32Array(2), undefined),
        shape(2),
        text('f32', 'u32', 'f64'),
      ],
    ],
    full: () => [
      [dawngrad.full, device(), shape(2), number(1), text('f32', 'i32')],
      [dawngrad.full, device(), shape(2), whole(1, -1), text('u32')],
    ],
    zeros: () => [[zeros, device(), shape(2), text('u32', 'i32')]],
    ones: () => [[dawngrad.ones, device(), shape(2), text('u32', 'i32')]],
    zerosLike: () => [[dawngrad.zerosLike, anyTensor(2)]],
    onesLike: () => [[dawngrad.onesLike, anyTensor(2)]],
    arange: () => [
      [
        dawngrad.arange,
        device(),
        number(3, Number.NaN, Number.POSITIVE_INFINITY),
        options(
          { start: 1, step: 2, dtype: 'u32' },
          { step: 0 },
          { step: -1 },
          { start: -1 },
          { dtype: 'i32' },
        ),
      ],
    ],
    eye: () => [[dawngrad.eye, device(), whole(2, -1), whole(3, -1)]],
    linspace: () => [[dawngrad.linspace, device(), number(0), number(1), whole(3, -1)]],
    randn: () => [
      [
        dawngrad.randn,
        device(),
        shape(2),
        options({ seed: 1, stream: 1, mean: 0, std: 1 }, { std: -1 }, { seed: 0.5 }, { mean: Number.NaN }),
      ],
    ],
    uniform: () => [
      [dawngrad.uniform, device(), shape(2), options({ seed: 1, stream: 1, low: 0, high: 1 }, { high: -1 })],
    ],
    randomState: () => [[dawngrad.randomState, device()]],
    keep: () => [[dawngrad.keep, anyTensor(2)]],
    tidy: () => [[dawngrad.tidy, device(), work(() => 1)]],
    noGrad: () => [[dawngrad.noGrad, work(() => 1)]],
    add: () => [[dawngrad.add, f32(2), operand(2)]],
    subtract: () => [[dawngrad.subtract, f32(2), operand(2)]],
    multiply: () => [[dawngrad.multiply, f32(2), operand(2)]],
    divide: () => [[dawngrad.divide, f32(2), operand(2)]],
    mul: () => [[dawngrad.mul, f32(2), operand(2)]],
    sub: () => [[dawngrad.sub, f32(2), operand(2)]],
    div: () => [[dawngrad.div, f32(2), operand(2)]],
    eq: () => [[dawngrad.eq, f32(2), operand(2)]],
    ne: () => [[dawngrad.ne, f32(2), operand(2)]],
    lt: () => [[dawngrad.lt, f32(2), operand(2)]],
    le: () => [[dawngrad.le, f32(2), operand(2)]],
    gt: () => [[dawngrad.gt, f32(2), operand(2)]],
    ge: () => [[dawngrad.ge, f32(2), operand(2)]],
    where: () => [[dawngrad.where, u32(1, 0), operand(2), operand(2)]],
    maximum: () => [[dawngrad.maximum, f32(2), f32(2)]],
    minimum: () => [[dawngrad.minimum, f32(2), f32(2)]],
    gather: () => [
      [dawngrad.gather, f32(2, 2), whole(1, 2), a(labels(1).view([1, 1]), labels(1), f32(1, 1).right)],
    ],
    indexSelect: () => [[dawngrad.indexSelect, f32(2, 2), whole(1, 2), u32(0, 1, 0)]],
    embedding: () => [[dawngrad.embedding, u32(0, 1), f32(3, 2)]],
    oneHot: () => [[dawngrad.oneHot, u32(0, 1), whole(3, 0)]],
    topk: () => [
      [
        dawngrad.topk,
        f32(2, 3),
        whole(2, 4, -1),
        options({ axis: 1, largest: true, sorted: true }, { axis: 2 }),
      ],
    ],
    scale: () => [[dawngrad.scale, f32(2), number(2)]],
    cast: () => [[dawngrad.cast, anyTensor(2), text('f32', 'u32', 'f64')]],
    relu: () => [[dawngrad.relu, f32(2)]],
    abs: () => [[dawngrad.abs, f32(2)]],
    exp: () => [[dawngrad.exp, f32(2)]],
    log: () => [[dawngrad.log, f32(2)]],
    neg: () => [[dawngrad.neg, f32(2)]],
    sigmoid: () => [[dawngrad.sigmoid, f32(2)]],
    silu: () => [[dawngrad.silu, f32(2)]],
    sqrt: () => [[dawngrad.sqrt, f32(2)]],
    tanh: () => [[dawngrad.tanh, f32(2)]],
    clamp: () => [[dawngrad.clamp, f32(2), number(-1), number(1)]],
    gelu: () => [[dawngrad.gelu, f32(2), options({ approximate: 'tanh' }, { approximate: 'erf' })]],
    leakyRelu: () => [[dawngrad.leakyRelu, f32(2), number(0.1)]],
    pow: () => [[dawngrad.pow, f32(2), number(2)]],
    dropout: () => [
      [
        dawngrad.dropout,
        f32(2),
        number(0.5, 1, -0.1, Number.NaN),
        options({ training: true, key: u32(1, 2).right as object }, { key: zeros(gpu.device, [2]) }),
      ],
    ],
    dropout2d: () => [
      [
        dawngrad.dropout2d,
        f32(1, 2, 1, 1),
        number(0.5, 1, -0.1, Number.NaN),
        options({ training: true, key: u32(1, 2).right as object }, { key: zeros(gpu.device, [2]) }),
      ],
    ],
    sum: () => [
      [dawngrad.sum, f32(2, 2), options({ axes: [0], keepDims: true }, { axes: ['0'] }, { axis: 0 })],
    ],
    mean: () => [
      [dawngrad.mean, f32(2, 2), options({ axes: [0], keepDims: true }, { axes: [5] }, { axis: 0 })],
    ],
    reshape: () => [[dawngrad.reshape, anyTensor(2), shape(2)]],
    detach: () => [[dawngrad.detach, anyTensor(2)]],
    clone: () => [[dawngrad.clone, anyTensor(2)]],
    expand: () => [[dawngrad.expand, anyTensor(1), a([2, 3], 3, [2, 2, 'x'], [-1, 3], undefined)]],
    flatten: () => [[dawngrad.flatten, anyTensor(2, 2), whole(1, -1, 3)]],
    logSigmoid: () => [[dawngrad.logSigmoid, f32(2)]],
    mseLoss: () => [[dawngrad.mseLoss, f32(2), f32(2), options({ reduction: 'sum' }, { reduction: 'max' })]],
    bceWithLogits: () => [
      [dawngrad.bceWithLogits, f32(2), f32(2), options({ reduction: 'none' }, { reduction: 'max' })],
    ],
    softmax: () => [[dawngrad.softmax, f32(2), whole(0, 1)]],
    logSoftmax: () => [[dawngrad.logSoftmax, f32(2), whole(0, 1)]],
    max: () => [[dawngrad.max, f32(2), whole(0, 1), options({ keepDims: true })]],
    min: () => [[dawngrad.min, f32(2), whole(0, 1), options({ keepDims: true })]],
    argmax: () => [[dawngrad.argmax, f32(2), whole(0, 1), options({ keepDims: true })]],
    permute: () => [[dawngrad.permute, anyTensor(2, 3), a([1, 0], 3, [0], [0, 0], [0, 2], ['0'])]],
    transpose: () => [[dawngrad.transpose, anyTensor(2, 3), whole(0, 2), whole(-1, -3)]],
    slice: () => [
      [
        dawngrad.slice,
        anyTensor(4),
        options({ axis: 0, start: 1, end: 3, step: 2 }, { axis: 1 }, { step: 0 }, { start: 0.5 }),
      ],
    ],
    pad: () => [[dawngrad.pad, f32(2), a([[1, 2]], 3, [1], [[1]], [[-1, 0]]), number(1)]],
    concat: () => [[dawngrad.concat, a([zeros(gpu.device, [2])], [], [3], 3, undefined), whole(0, 1)]],
    stack: () => [[dawngrad.stack, a([zeros(gpu.device, [2])], [], [3], 3, undefined), whole(1, 2)]],
    squeeze: () => [[dawngrad.squeeze, anyTensor(1), whole(0, 1)]],
    unsqueeze: () => [[dawngrad.unsqueeze, anyTensor(1), whole(0, 2)]],
    matmul: () => [
      [dawngrad.matmul, f32(2, 2), f32(2, 2), options({ transposeA: true, transposeB: false, exact: true })],
    ],
    linear: () => [[dawngrad.linear, f32(2, 3), f32(4, 3), bias(4)]],
    conv2d: () => [
      [
        dawngrad.conv2d,
        f32(1, 1, 4, 4),
        f32(2, 1, 2, 2),
        bias(2),
        options(
          { stride: [1, 1], padding: 1, dilation: 2, groups: 1, relu: true },
          { stride: 0 },
          { groups: 2 },
          { padding: 'full' },
          { padding: 'same', stride: 2 },
          { padding: [0, -1] },
        ),
      ],
    ],
    convTranspose2d: () => [
      [
        dawngrad.convTranspose2d,
        f32(1, 2, 4, 4),
        f32(2, 1, 2, 2),
        bias(1),
        options(
          { stride: [2, 2], padding: 1, outputPadding: 1, dilation: 1, groups: 1 },
          { outputPadding: 2 },
          { groups: 3 },
          { padding: 'same' },
          { padding: 9 },
        ),
      ],
    ],
    interpolate: () => [
      [
        dawngrad.interpolate,
        f32(1, 1, 4, 4),
        options(
          { scaleFactor: [2, 1.5], mode: 'bilinear', alignCorners: true },
          { size: 3 },
          { scaleFactor: 0 },
          { mode: 'bicubic' },
          { mode: 'nearest' },
        ),
      ],
    ],
    localConv2d: () => [
      [
        dawngrad.localConv2d,
        f32(1, 1, 2, 2),
        f32(2, 2, 1, 1, 1, 1),
        bias(1, 2, 2),
        options({ stride: 1, padding: 0 }, { dilation: 1 }, { stride: 0 }),
      ],
    ],
    maxPool2d: () => [[dawngrad.maxPool2d, f32(1, 1, 4, 4), options({ ...pool, dilation: 1 }, ...badPool)]],
    avgPool2d: () => [
      [
        dawngrad.avgPool2d,
        f32(1, 1, 4, 4),
        options({ ...pool, countIncludePad: true }, { dilation: 1 }, ...badPool),
      ],
    ],
    adaptiveAvgPool2d: () => [
      [
        dawngrad.adaptiveAvgPool2d,
        f32(1, 1, 4, 4),
        a([2, null], undefined, 0, 1.5, 'x', STRANGER, [1], [2, 0], [2, undefined]),
      ],
    ],
    globalAvgPool2d: () => [[dawngrad.globalAvgPool2d, f32(1, 1, 4, 4)]],
    maxout: () => [[dawngrad.maxout, f32(2, 4), whole(2, 0)]],
    batchNorm2d: () => [
      [
        dawngrad.batchNorm2d,
        f32(2, 1, 2, 2),
        bias(1),
        bias(1),
        options(
          {
            runningMean: zeros(gpu.device, [1]),
            runningVariance: zeros(gpu.device, [1]),
            momentum: 0.1,
            eps: 1e-5,
            training: true,
            relu: true,
          },
          { momentum: 2 },
          { eps: -1 },
          { training: undefined },
          { runningMean: labels(1) },
        ),
      ],
    ],
    layerNorm: () => [
      [
        dawngrad.layerNorm,
        f32(3, 2),
        a(2, 3, 0, 'x', [], [1.5], null),
        ...affine(2),
        options({ eps: 1e-5 }, { eps: -1 }),
      ],
    ],
    groupNorm: () => [
      [dawngrad.groupNorm, f32(3, 4), whole(2, 3, 0), ...affine(4), options({ eps: 1e-5 }, { eps: -1 })],
    ],
    localResponseNorm: () => [
      [
        dawngrad.localResponseNorm,
        f32(1, 2, 2),
        options({ size: 3, alpha: 1, beta: 1, k: 1 }, { size: 0 }, { alpha: -1 }, { k: 0 }),
      ],
    ],
    crossEntropy: () => [
      [
        dawngrad.crossEntropy,
        f32(2, 3),
        u32(0, 1),
        options(
          { ignoreIndex: 1, labelSmoothing: 0.1, reduction: 'sum', weight: zeros(gpu.device, [3]) },
          { ignoreIndex: -1 },
          { weight: zeros(gpu.device, [2]) },
          { labelSmoothing: 1.5 },
          { ignore_index: 1 },
        ),
      ],
    ],
    nllLoss: () => [
      [
        dawngrad.nllLoss,
        f32(2, 3),
        u32(0, 1),
        options(
          { ignoreIndex: 1, reduction: 'sum', weight: zeros(gpu.device, [3]) },
          { weight: zeros(gpu.device, [2]) },
          { reduction: 'max' },
        ),
      ],
    ],
    backward: () => [
      [
        (root: dawngrad.Tensor, some: object) => {
          if (root instanceof Tensor && root.dtype === 'f32')
            root = Object.assign(zeros(gpu.device, []), { requiresGrad: true });
          dawngrad.backward(root, some);
        },
        anyTensor(),
        options(
          { gradient: zeros(gpu.device, []), retainGraph: true },
          { gradient: from(gpu.device, 0, 'u32') },
        ),
      ],
    ],
    gradcheck: () => [
      [
        dawngrad.gradcheck,
        a(
          (x: dawngrad.Tensor) => x,
          undefined,
          3,
          async () => 1,
        ),
        a([zeros(gpu.device, [0])], 3, [3], [labels(1)]),
        options(
          { epsilon: 0.01, relative: 0.01, absolute: 0.01, samples: 1, seed: 1 },
          { epsilon: 0 },
          { samples: 0 },
        ),
      ],
    ],
    defineKernel: () => [
      [dawngrad.defineKernel, options({ ...OWN, cost: () => ({ flops: 0, bytes: 0 }) }, { name: undefined })],
    ],
    launch: () => [
      [
        dawngrad.launch,
        a(dawngrad.defineKernel(OWN), undefined, 3, STRANGER),
        a({ x: zeros(gpu.device, [2]), y: zeros(gpu.device, [2]) }, undefined, 3, {}, { x: 1, y: 2 }),
        a({ size: 2 }, undefined, {}, { size: '2' }),
      ],
    ],
    linearGrid: () => [[dawngrad.linearGrid, whole(2, -1)]],
    putOnTape: () => [
      [
        dawngrad.putOnTape,
        text('op'),
        anyTensor(2),
        a([zeros(gpu.device, [2])], 3, [3], undefined),
        a(
          () => [null],
          undefined,
          3,
          async () => [null],
        ),
        options({
          saved: [zeros(gpu.device, [1])],
          reads: [],
          appliesMaskOf: zeros(gpu.device, [1]),
        }),
      ],
    ],
    maskOf: () => [[dawngrad.maskOf, anyTensor(2)]],
    customOp: () => [
      [
        dawngrad.customOp,
        options(
          { name: 'op', forward: () => 1, backward: () => [], reads: () => [] },
          { forward: undefined },
        ),
      ],
      [dawngrad.customOp({ name: 'op', forward: (x) => x, backward: (dy) => [dy] }), anyTensor(2)],
    ],
    opTest: () => [
      [
        dawngrad.opTest,
        a(
          (x: dawngrad.Tensor) => dawngrad.relu(x),
          undefined,
          3,
          async () => 1,
        ),
        a(
          [{ inputs: [dawngrad.full(gpu.device, [1], 1)], reference: (x: unknown) => x }],
          3,
          [3],
          undefined,
          [{}],
        ),
        options({ relative: 1e-5, absolute: 1e-6 }, { relative: -1 }),
      ],
    ],
  };
}

/** A kernel of a user's. */
const OWN = {
  name: 'careless',
  shader: new URL('../support/careless.wgsl', import.meta.url),
  entryPoint: 'careless',
  bindings: { x: 'read', y: 'write' },
  params: { size: 'u32' },
  grid: () => [1, 1, 1] as const,
} as const;
