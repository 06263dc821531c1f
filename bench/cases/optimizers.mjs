/** A step of each optimizer on all parameters of the network at once. Parameters and state are updated in place. */
import { adamHyper, adamStep } from '../../dist/kernels/optimizers/adam.js';
import { sgdHyper, sgdStep } from '../../dist/kernels/optimizers/sgd.js';
import { BLOCK, blocksOf } from '../../dist/tensor/flat.js';
import { sizeOf } from '../../dist/tensor/shape.js';
import { given, random } from '../inputs.mjs';

const SGD = { learningRate: 0.1, momentum: 0.9, weightDecay: 1e-4 };
const ADAM = { learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-4 };
const STEP = 10;

export function optimizerCases({ network: { layers } }) {
  const sizes = layers.flatMap(({ weight }) => [sizeOf(weight), weight[0]]);
  const blocks = sizes.reduce((sum, size) => sum + blocksOf(size), 0);
  const flat = [blocks * BLOCK];
  const title = `${sizes.length} parameters`;
  const inputs = {
    parameter: random(flat),
    gradient: random(flat),
    groupOfBlock: given(new Uint32Array(blocks)),
  };
  const oneGroup = (hyper) => given(hyper, [1, hyper.length]);
  const decayed =
    ({ parameter, gradient }, { weightDecay }) =>
    (i) =>
      gradient[i] + weightDecay * parameter[i];
  return [
    {
      name: `sgd.step ${title}`,
      inputs: { ...inputs, velocity: random(flat), hyper: oneGroup(sgdHyper(SGD)) },
      launch: (tensors) => {
        sgdStep(tensors);
        return tensors;
      },
      expected: (values) => {
        const { parameter, velocity } = values;
        const newVelocity = (i) => SGD.momentum * velocity[i] + decayed(values, SGD)(i);
        return {
          velocity: newVelocity,
          parameter: (i) => parameter[i] - SGD.learningRate * newVelocity(i),
        };
      },
    },
    {
      name: `adam.step ${title}`,
      inputs: {
        ...inputs,
        firstMoment: random(flat),
        secondMoment: random(flat, 0.1, 1),
        hyper: oneGroup(adamHyper(ADAM, STEP)),
      },
      launch: (tensors) => {
        adamStep(tensors);
        return tensors;
      },
      expected: (values) => {
        const { parameter, firstMoment, secondMoment } = values;
        const { learningRate, beta1, beta2, epsilon } = ADAM;
        const first = (i) => beta1 * firstMoment[i] + (1 - beta1) * decayed(values, ADAM)(i);
        const second = (i) => beta2 * secondMoment[i] + (1 - beta2) * decayed(values, ADAM)(i) ** 2;
        const unbiased = (moment, beta) => moment / (1 - beta ** STEP);
        return {
          firstMoment: first,
          secondMoment: second,
          parameter: (i) =>
            parameter[i] -
            (learningRate * unbiased(first(i), beta1)) / (Math.sqrt(unbiased(second(i), beta2)) + epsilon),
        };
      },
    },
  ];
}
