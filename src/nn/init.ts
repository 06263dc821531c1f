import { checkArgument, checkOptions } from '../errors/check-options.js';
import { callable, number, object, oneOf } from '../errors/rules.js';
import { checkDevice } from '../gpu/check-device.js';
import type { Device } from '../gpu/device.js';
import { PerDevice } from '../gpu/device-state.js';
import { normalValues, uniformValues } from '../tensor/random.js';
import { checkShape, type Shape, sizeOf } from '../tensor/shape.js';

/** Names a sequence of random numbers, see `tensor/random`. */
export interface Draw {
  readonly seed: number;
  readonly stream: number;
}

/** How a parameter starts: the values for a shape, in row-major order. */
export type Initialiser = (shape: Shape, draw: Draw) => Float32Array;

/**
 * Parameters draw from streams of their own, so that other random tensors leave a model's weights alone: `randn` and
 * `uniform` count theirs from 0, dropout and augmentation from 2^31.
 */
const FIRST_STREAM = 2 ** 30;

const streams = new PerDevice(() => ({ next: FIRST_STREAM }));

/** The sequence for the next parameter on a device: the same seed gives the same weights, on every device. */
export function nextDraw(device: Device): Draw {
  checkDevice('init.nextDraw', device);
  return { seed: device.seed, stream: streams.of(device).next++ };
}

/**
 * How many inputs each output of a layer sums, and how many outputs each input reaches, from the shape of its weight:
 * `[outputs, inputs, ...kernel]`.
 */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  checkShape('init.fans', shape);
  const [outputs = 1, inputs = 1, ...kernel] = shape;
  const taps = sizeOf(kernel);
  return { fanIn: inputs * taps, fanOut: outputs * taps };
}

/** Every element the same. */
export function constant(value: number): Initialiser {
  checkArgument('init.constant', 'value', value, number());
  return (shape) => new Float32Array(sizeOf(shape)).fill(value);
}

/** N(0, std^2). */
export function normal(std: number): Initialiser {
  checkArgument('init.normal', 'std', std, number({ atLeast: 0 }));
  return (shape, { seed, stream }) => normalValues(sizeOf(shape), seed, stream, 0, std);
}

/** U(-bound, bound). */
export function uniform(bound: number): Initialiser {
  checkArgument('init.uniform', 'bound', bound, number({ atLeast: 0 }));
  return (shape, { seed, stream }) => uniformValues(sizeOf(shape), seed, stream, -bound, bound);
}

type Distribution = 'normal' | 'uniform';
const distributionRule = oneOf('normal', 'uniform');

/** A uniform distribution on (-b, b) has standard deviation b / sqrt 3. */
const withDeviation = (std: number, distribution: Distribution): Initialiser =>
  distribution === 'normal' ? normal(std) : uniform(Math.sqrt(3) * std);

/**
 * Keeps the scale of activations through a layer followed by a ReLU: variance 2 / ((1 + a^2) fanIn), with `a` the slope of
 * the ReLU below zero. He et al., "Delving Deep into Rectifiers" (ICCV 2015), equation 10.
 */
export function he(options: { slope?: number; distribution?: Distribution } = {}): Initialiser {
  checkOptions('init.he', options, { slope: number(), distribution: distributionRule });
  const { slope = 0, distribution = 'normal' } = options;
  return (shape, draw) =>
    withDeviation(Math.sqrt(2 / ((1 + slope ** 2) * fans(shape).fanIn)), distribution)(shape, draw);
}

/**
 * Keeps the scale of activations and of gradients through a linear layer: variance 2 / (fanIn + fanOut). Glorot & Bengio,
 * "Understanding the difficulty of training deep feedforward neural networks" (AISTATS 2010), equation 12.
 */
export function xavier(options: { distribution?: Distribution } = {}): Initialiser {
  checkOptions('init.xavier', options, { distribution: distributionRule });
  const { distribution = 'normal' } = options;
  return (shape, draw) => {
    const { fanIn, fanOut } = fans(shape);
    return withDeviation(Math.sqrt(2 / (fanIn + fanOut)), distribution)(shape, draw);
  };
}

/** How a layer with weights and biases starts. */
export interface InitOptions {
  /** Its weight; by default as PyTorch does, `he` with slope sqrt 5 and uniform, which is U(-b, b) with b = 1 / sqrt(fanIn). */
  init?: Initialiser;
  /** Its bias; by default 0 where `init` is given, and else U(-b, b) with the weight's b, as PyTorch does. */
  biasInit?: Initialiser;
}

/** What `options` mean for a layer whose weight has the given shape. */
export function layerInit(weightShape: Shape, options: InitOptions): Required<InitOptions> {
  checkShape('init.layerInit', weightShape);
  checkArgument('init.layerInit', 'options', options, object);
  const { init, biasInit } = options;
  for (const [name, given] of Object.entries({ init, biasInit })) {
    if (given !== undefined) checkArgument('init.layerInit', name, given, callable);
  }
  return {
    init: init ?? he({ slope: Math.sqrt(5), distribution: 'uniform' }),
    biasInit: biasInit ?? (init ? constant(0) : uniform(1 / Math.sqrt(fans(weightShape).fanIn))),
  };
}
