/** How layers, nets, optimizers, data and training are called, rightly and wrongly. */
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

const { Parameter, init, zeros } = dawngrad;

/** By public name; several calls where there are several ways. */
export function callsOfNets(gpu: {
  readonly device: dawngrad.Device;
}): Readonly<Record<string, () => readonly Call[]>> {
  const { device, f32, u32, anyTensor } = argumentsOn(gpu);
  const parameter = () => new Parameter(gpu.device, [2], init.constant(0));
  const normalise = { mean: [0, 0, 0], std: [1, 1, 1] };
  const images = () => dawngrad.glyphs({ train: 10, test: 10 }).test;
  const sets = () =>
    a(
      images(),
      undefined,
      { ...images(), count: 11 },
      { ...images(), height: 31 },
      { ...images(), labels: images().labels.map((label) => label + 1) },
      { ...images(), labels: [...images().labels] },
      { ...images(), labels: images().labels.subarray(1) },
      { ...images(), classes: new Array(300).fill('a class') },
      { ...images(), pixels: images().pixels.subarray(1) },
      { ...images(), pixels: [...images().pixels] },
    );
  const scaler = () => new dawngrad.GradScaler(gpu.device);
  const optimizer = () => a(new dawngrad.Adam([parameter()]), undefined, 3, STRANGER);
  const loader = () => new dawngrad.BatchLoader(gpu.device, images(), { batch: 5 });
  const net = () =>
    new dawngrad.Sequential(
      new dawngrad.Conv2d(gpu.device, 3, 10, { kernelSize: 1 }),
      new dawngrad.GlobalAvgPool2d(),
    );
  const rates = [{ lr: -1 }, { lr: Number.NaN }, { lr: Number.POSITIVE_INFINITY }, { weightDecay: -1 }];
  const parameters = () =>
    a([parameter()], undefined, 3, [3], [zeros(gpu.device, [2])], [], [{ params: [parameter()], rate: 1 }]);
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
    Adam: () => [
      [
        (...args: [never, never]) => new dawngrad.Adam(...args),
        parameters(),
        options(
          { lr: 1, betas: [0.9, 0.99], eps: 1e-8, weightDecay: 0, decoupled: true },
          { betas: [1, 2] },
          { betas: 0.9 },
          { eps: -1 },
          { weight_decay: 1 },
          ...rates,
        ),
      ],
      [
        (state: never) => new dawngrad.Adam([parameter()]).loadStateDict(state),
        a(
          new dawngrad.Adam([parameter()]).stateDict(),
          { ...new dawngrad.Adam([parameter()]).stateDict(), steps: [-1] },
          { ...new dawngrad.Adam([parameter()]).stateDict(), steps: [1, 2] },
          { ...new dawngrad.Adam([parameter()]).stateDict(), factor: 'x' },
          { ...new dawngrad.Adam([parameter()]).stateDict(), groups: [{ lr: -1 }] },
        ),
      ],
    ],
    SGD: () => [
      [
        (...args: [never, never]) => new dawngrad.SGD(...args),
        parameters(),
        options(
          { lr: 1, momentum: 0.9, nesterov: true, weightDecay: 0 },
          { lr: undefined },
          { momentum: 2 },
          { momentum: -1 },
          { momentum: 0 }, // with nesterov
          ...rates,
        ),
      ],
    ],
    AdamW: () => [
      [
        (...args: [never, never]) => new dawngrad.AdamW(...args),
        parameters(),
        options({ lr: 1, betas: [0.9, 0.99], eps: 1e-8, weightDecay: 0 }, { decoupled: true }, ...rates),
      ],
    ],
    RMSprop: () => [
      [
        (...args: [never, never]) => new dawngrad.RMSprop(...args),
        parameters(),
        options(
          { lr: 1, alpha: 0.9, eps: 1e-8, momentum: 0.5, centered: true, weightDecay: 0 },
          { alpha: 1.5 },
          { momentum: -1 },
          { momentum: 2 },
          ...rates,
        ),
      ],
    ],
    clipGradNorm: () => [
      [
        dawngrad.clipGradNorm,
        a([parameter()], undefined, 3, [3], []),
        number(1, -1, Number.NaN),
        options({ normType: 2 }, { normType: 1 }),
      ],
    ],
    clipGradValue: () => [[dawngrad.clipGradValue, a([parameter()], undefined, 3, [3], []), number(1, -1)]],
    AveragedModel: () => [
      [
        (...args: [never, never, never]) => new dawngrad.AveragedModel(...args),
        a(net(), 3, STRANGER),
        a(net(), 3, STRANGER),
        options({ decay: 0.9 }, { decay: 1 }, { decay: -1 }),
      ],
    ],
    GradScaler: () => [
      [
        (...args: [never, never]) => new dawngrad.GradScaler(...args),
        device(),
        options(
          { initScale: 1024, growthFactor: 2, backoffFactor: 0.5, growthInterval: 100 },
          { initScale: 0 },
          { growthFactor: 1 },
          { backoffFactor: 1 },
          { growthInterval: 0.5 },
        ),
      ],
      [(loss: never) => scaler().scale(loss), f32()],
      [(optimizer: never) => scaler().unscale_(optimizer), optimizer()],
      [(optimizer: never) => scaler().step(optimizer), optimizer()],
      [
        (state: never) => scaler().loadStateDict(state),
        options(
          {
            ...{ scale: 2, lastScale: 4, growthFactor: 2, backoffFactor: 0.5, growthInterval: 100 },
            ...{ growthTracker: 3, skippedSteps: 1 },
          },
          { scale: 0 },
          { growthTracker: -1 },
          { skippedSteps: undefined },
        ),
      ],
    ],
    'schedule.step': () => [
      [
        dawngrad.schedule.step,
        options({ every: 1, gamma: 0.1 }, { every: 0 }, { gamma: 0 }, { every: undefined }),
      ],
      [dawngrad.schedule.step, options({ at: [1, 2], gamma: 0.1 }, { at: 1 }, { at: [-1] })],
    ],
    'schedule.cosine': () => [
      [dawngrad.schedule.cosine, options({ epochs: 1, end: 0 }, { epochs: 0 }, { epochs: undefined })],
    ],
    'schedule.warmUp': () => [[dawngrad.schedule.warmUp, options({ epochs: 1, start: 0 }, { epochs: -1 })]],
    'schedule.plateau': () => [
      [
        dawngrad.schedule.plateau,
        options(
          {
            patience: 1,
            gamma: 0.1,
            drops: 2,
            mode: 'max',
            threshold: 0,
            thresholdMode: 'rel',
            cooldown: 1,
            minFactor: 0.1,
          },
          { patience: 0 },
          { mode: 'most' },
        ),
      ],
    ],
    BatchLoader: () => [
      [
        (...args: [never, never, never]) => new dawngrad.BatchLoader(...args),
        device(),
        sets(),
        options(
          {
            batch: 5,
            normalisation: normalise,
            shuffleSeed: 1,
            dropLast: true,
            augment: { padding: 1, flip: true },
          },
          { batch: 0 },
          { batch: undefined },
          { normalisation: { mean: [0], std: [1] } },
          { normalisation: { mean: [0, 0, 0], std: [1, 1, 0] } },
          { augment: { padding: 1.5, flip: true } },
          { augment: { flip: true } },
          { augment: { padding: 1, flip: true, cutout: -1 } },
          { augment: { padding: 1, flip: true, rotate: 3 } },
        ),
      ],
      [(epoch: number, step: number) => loader().batch(epoch, step), whole(0, -1), whole(1, -1, 2)],
    ],
    glyphs: () => [
      [
        dawngrad.glyphs,
        options({ seed: 1, train: 1, test: 1 }, { train: 0 }, { test: 1.5 }, { validation: 3 }),
      ],
    ],
    normalisationOf: () => [[dawngrad.normalisationOf, sets()]],
    take: () => [[dawngrad.take, sets(), whole(0, -1, 10), whole(5, 0)]],
    Preprocessing: () => [
      [dawngrad.Preprocessing.fit, device(), a([{ name: 'standardise' }], [{ name: 'nonsense' }]), sets()],
    ],
    Trainer: () => [
      [
        (o: never) => new dawngrad.Trainer(o),
        options(
          {
            device: gpu.device,
            model: net(),
            optimizer: new dawngrad.Adam([parameter()]),
            schedule: dawngrad.schedule.constant(),
            batches: loader(),
            scaler: scaler(),
            probe: 2,
            checkNumerics: true,
          },
          { probe: 0 },
          { schedule: undefined },
          { schedule: 3 },
          { labelSmoothing: 2 },
          { average: { model: net() } },
        ),
      ],
    ],
    withOrigins: () => [[dawngrad.withOrigins, a([net()], undefined, 3, [3], [STRANGER]), work(() => 1)]],
    evaluate: () => [
      [
        async (...args: [never, never, never]) => {
          for await (const _ of dawngrad.evaluate(...args));
        },
        device(),
        a(net(), 3, STRANGER),
        a(loader(), images(), STRANGER),
      ],
    ],
    checkpointOf: () => [
      [
        (run: never, which: never) => {
          try {
            dawngrad.checkpointOf(run, which);
          } catch (error) {
            if (error instanceof dawngrad.ArgumentError) throw error;
          }
        },
        text('no-such-run'),
        text('last', 'first'),
      ],
    ],
    download: () => [
      [
        (name: never, directory: never, some: never) =>
          dawngrad.download(name, directory, some).catch((error) => {
            if (error instanceof dawngrad.ArgumentError) throw error;
          }),
        a('no such data set'),
        text('nowhere'),
        options({ baseUrl: 'http://localhost', onProgress: () => {}, signal: new AbortController().signal }),
      ],
    ],
    chooseConfig: () => [
      [
        dawngrad.chooseConfig,
        options(
          { model: 'nin-glyphs', changes: {}, augment: true, warmUp: 1 },
          { changes: undefined },
          { learningRate: 1 },
        ),
      ],
    ],
  };
}
