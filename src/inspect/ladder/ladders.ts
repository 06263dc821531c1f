/** The ladders that there are. */
import { forwardLadder, inputGradientLadder, weightGradientLadder } from './convolution-ladders.js';
import type { MakeLadder } from './ladder.js';
import { mlpConvLadder } from './mlp-conv-ladder.js';
import { pointwiseLadder } from './pointwise-ladder.js';
import { poolLadder } from './pool-ladder.js';
import { productLadder } from './product-ladder.js';
import { softmaxLadder } from './softmax-ladder.js';

/** By the name that a person calls each by. */
export const LADDERS = {
  matmul: productLadder,
  'conv2d.forward': forwardLadder,
  'conv2d.inputGradient': inputGradientLadder,
  'conv2d.weightGradient': weightGradientLadder,
  mlpconv: mlpConvLadder,
  pointwise: pointwiseLadder,
  softmax: softmaxLadder,
  pool: poolLadder,
} as const satisfies Record<string, MakeLadder>;

export type LadderName = keyof typeof LADDERS;

export const LADDER_NAMES = Object.keys(LADDERS) as LadderName[];
