/** How layers and nets are made and called, rightly and wrongly. */
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
  whole,
} from './arguments.js';

const { Parameter, init } = dawngrad;

/** By public name; several calls where there are several ways. */
export function callsOfNets(gpu: {
  readonly device: dawngrad.Device;
}): Readonly<Record<string, () => readonly Call[]>> {
  const { device, f32, u32, anyTensor } = argumentsOn(gpu);
  const build = (name: string) => (on: dawngrad.Device, some: object) =>
    dawngrad.models.get(name)?.build(on, some);
  const net$ = {
    width: 0.1,
    dropout: 0.5,
    init: 'he',
    linearHead: true,
    batchNorm: false,
    head: 'gap',
  };
  const badNet = [{ width: 0 }, { dropout: 1 }, { init: 'she' }, { head: 'tail' }, { kernelSizes: [1.5] }];
  const forward = (layer: dawngrad.Module) => (x: dawngrad.Tensor) => layer.forward(x);
  return {
    AvgPool2d: () => [
      [(o: never) => new dawngrad.AvgPool2d(o), options({ ...pool, countIncludePad: true }, ...badPool)],
      [forward(new dawngrad.AvgPool2d({ kernelSize: 2 })), f32(1, 1, 2, 2)],
    ],
    MaxPool2d: () => [
      [(o: never) => new dawngrad.MaxPool2d(o), options({ ...pool, dilation: 1 }, ...badPool)],
      [forward(new dawngrad.MaxPool2d({ kernelSize: 2 })), f32(1, 1, 2, 2)],
    ],
    BatchNorm2d: () => [
      [
        (...args: [never, never, never]) => new dawngrad.BatchNorm2d(...args),
        device(),
        whole(3, 0),
        options(
          { eps: 1e-5, momentum: 0.1, affine: true, trackRunningStats: true, activation: 'relu' },
          { momentum: 2 },
          { eps: -1 },
        ),
      ],
    ],
    ConvTranspose2d: () => [
      [
        (...args: [never, never, never, never]) => new dawngrad.ConvTranspose2d(...args),
        device(),
        whole(3, 0),
        whole(4, 0),
        options(
          {
            kernelSize: 3,
            stride: 2,
            padding: 1,
            outputPadding: 1,
            dilation: 1,
            groups: 1,
            bias: true,
            init: init.he(),
            biasInit: init.he(),
          },
          { kernelSize: undefined },
          { groups: 2 },
          { outputPadding: 2 },
        ),
      ],
      [forward(new dawngrad.ConvTranspose2d(gpu.device, 1, 1, { kernelSize: 1 })), f32(1, 1, 2, 2)],
    ],
    Identity: () => [[forward(new dawngrad.Identity()), anyTensor(2)]],
    Upsample: () => [
      [
        (o: never) => new dawngrad.Upsample(o),
        options(
          { scaleFactor: [2, 1.5], mode: 'bilinear', alignCorners: true },
          { size: 3 },
          { scaleFactor: 0 },
          { mode: 'bicubic' },
        ),
      ],
      [forward(new dawngrad.Upsample({ scaleFactor: 2 })), f32(1, 1, 2, 2)],
    ],
    LayerNorm: () => [
      [
        (...args: [never, never, never]) => new dawngrad.LayerNorm(...args),
        device(),
        a([2, 3], 0, 'x', [], [1.5], null),
        options({ eps: 1e-5, elementwiseAffine: true, bias: false }, { eps: -1 }),
      ],
      [forward(new dawngrad.LayerNorm(gpu.device, 2)), f32(3, 2)],
    ],
    GroupNorm: () => [
      [
        (...args: [never, never, never, never]) => new dawngrad.GroupNorm(...args),
        device(),
        whole(2, 3, 0),
        whole(4, 0),
        options({ eps: 1e-5, affine: true }, { eps: -1 }),
      ],
      [forward(new dawngrad.GroupNorm(gpu.device, 2, 4)), f32(3, 4)],
    ],
    Conv2d: () => [
      [
        (...args: [never, never, never, never]) => new dawngrad.Conv2d(...args),
        device(),
        whole(3, 0),
        whole(4, 0),
        options(
          {
            kernelSize: 3,
            stride: 1,
            padding: 1,
            dilation: 1,
            groups: 1,
            bias: true,
            activation: 'relu',
            init: init.he(),
            biasInit: init.he(),
          },
          { kernelSize: undefined },
          { groups: 2 },
          { activation: 'tanh' },
        ),
      ],
      [forward(new dawngrad.Conv2d(gpu.device, 1, 1, { kernelSize: 1 })), f32(1, 1, 2, 2)],
    ],
    CrossEntropyLoss: () => [
      [
        (some: never) => new dawngrad.CrossEntropyLoss(some),
        options({ ignoreIndex: 1, reduction: 'sum' }, { reduction: 'max' }),
      ],
      [(x: never, y: never) => new dawngrad.CrossEntropyLoss().forward(x, y), f32(2, 3), u32(0, 1)],
    ],
    AdaptiveAvgPool2d: () => [
      [
        (size: dawngrad.OutputSize) => new dawngrad.AdaptiveAvgPool2d(size),
        a([2, null], undefined, 0, 1.5, 'x', STRANGER, [1], [2, 0], [2, undefined]),
      ],
      [forward(new dawngrad.AdaptiveAvgPool2d(1)), f32(1, 1, 2, 2)],
    ],
    Dropout2d: () => [
      [(p: number) => new dawngrad.Dropout2d(p), number(0.5, 1, -0.1)],
      [forward(new dawngrad.Dropout2d()), f32(1, 1, 2, 2)],
    ],
    Dropout: () => [
      [(p: number) => new dawngrad.Dropout(p), number(0.5, 1, -0.1)],
      [forward(new dawngrad.Dropout()), f32(2)],
    ],
    Embedding: () => [
      [
        (...args: [never, never, never, never]) => new dawngrad.Embedding(...args),
        device(),
        whole(3, 0),
        whole(4, 0),
        options({ init: init.he() }, { biasInit: init.he() }),
      ],
      [forward(new dawngrad.Embedding(gpu.device, 2, 2)), u32(0, 1)],
    ],
    Flatten: () => [
      [(axis: number) => new dawngrad.Flatten(axis), whole(1, -1)],
      [forward(new dawngrad.Flatten()), anyTensor(2, 2)],
    ],
    GlobalAvgPool2d: () => [[forward(new dawngrad.GlobalAvgPool2d()), f32(1, 1, 2, 2)]],
    Linear: () => [
      [
        (...args: [never, never, never, never]) => new dawngrad.Linear(...args),
        device(),
        whole(3, 0),
        whole(4, 0),
        options({ bias: true, init: init.he(), biasInit: init.he() }, { inputs: 3 }),
      ],
      [forward(new dawngrad.Linear(gpu.device, 2, 2)), f32(1, 2)],
    ],
    LocalConv2d: () => [
      [
        (...args: [never, never, never, never]) => new dawngrad.LocalConv2d(...args),
        device(),
        whole(3, 0),
        whole(4, 0),
        options(
          {
            inputSize: 4,
            kernelSize: 3,
            stride: 1,
            padding: 1,
            bias: true,
            init: init.he(),
            biasInit: init.he(),
          },
          { inputSize: undefined },
        ),
      ],
    ],
    LocalResponseNorm: () => [
      [
        (o: never) => new dawngrad.LocalResponseNorm(o),
        options({ size: 3, alpha: 1, beta: 1, k: 1 }, { size: undefined }),
      ],
    ],
    Maxout: () => [[(pieces: number) => new dawngrad.Maxout(pieces), whole(2, 0)]],
    MlpConv: () => [
      [
        (...args: [never, never, never, never]) => new dawngrad.MlpConv(...args),
        device(),
        whole(3, 0),
        a([2, 2], 3, ['x'], [0]),
        options(
          { kernelSize: 3, stride: 1, padding: 1, linearLast: true, batchNorm: true, init: init.he() },
          { activation: 'relu' },
          { init: [init.he()] },
          { init: [init.he(), init.he(), init.he()] },
        ),
      ],
    ],
    ReLU: () => [[forward(new dawngrad.ReLU()), f32(2)]],
    Sigmoid: () => [[forward(new dawngrad.Sigmoid()), f32(2)]],
    Tanh: () => [[forward(new dawngrad.Tanh()), f32(2)]],
    SiLU: () => [[forward(new dawngrad.SiLU()), f32(2)]],
    GELU: () => [
      [forward(new dawngrad.GELU()), f32(2)],
      [(some: never) => new dawngrad.GELU(some), options({ approximate: 'tanh' }, { approximate: 'erf' })],
    ],
    LeakyReLU: () => [
      [forward(new dawngrad.LeakyReLU()), f32(2)],
      [(slope: never) => new dawngrad.LeakyReLU(slope), number(0.1)],
    ],
    Softmax: () => [
      [forward(new dawngrad.Softmax()), f32(2)],
      [(axis: never) => new dawngrad.Softmax(axis), whole(0)],
    ],
    LogSoftmax: () => [
      [forward(new dawngrad.LogSoftmax()), f32(2)],
      [(axis: never) => new dawngrad.LogSoftmax(axis), whole(0)],
    ],
    Sequential: () => [
      [
        (module: never) => new dawngrad.Sequential(module, new dawngrad.ReLU()),
        a(new dawngrad.ReLU(), 3, () => 1, STRANGER),
      ],
      [(modules: never) => new dawngrad.Sequential(modules), a({ relu: new dawngrad.ReLU() }, 3, 'x', null)],
    ],
    Parameter: () => [
      [
        (...args: [never, never, never]) => new Parameter(...args),
        device(),
        shape(2),
        a(init.he(), 3, undefined),
      ],
    ],
    stateBuffer: () => [[dawngrad.stateBuffer, device(), shape(2), number(1)]],
    'init.nextDraw': () => [[init.nextDraw, device()]],
    'init.fans': () => [[init.fans, a([3, 2], 3, undefined, 'x', [1.5])]],
    'init.layerInit': () => [
      [
        init.layerInit,
        a([3, 2], 3, undefined),
        a({ init: init.he() }, 3, undefined, { init: 3 }, { biasInit: 3 }),
      ],
    ],
    'init.constant': () => [[init.constant, number(1, Number.NaN)]],
    'init.normal': () => [[init.normal, number(1, -1)]],
    'init.uniform': () => [[init.uniform, number(1, -1)]],
    'init.he': () => [[init.he, options({ slope: 0, distribution: 'normal' }, { distribution: 'cauchy' })]],
    'init.xavier': () => [[init.xavier, options({ distribution: 'uniform' }, { slope: 0 })]],
    ConvMaxout: () => [
      [build('conv-maxout-mnist'), device(), options({ ...net$, head: 'fc-dropout' }, ...badNet)],
    ],
    HintonCnn: () => [[build('hinton-cnn'), device(), options(net$, ...badNet)]],
    NetworkInNetwork: () => [[build('nin-glyphs'), device(), options(net$, ...badNet)]],
  };
}
