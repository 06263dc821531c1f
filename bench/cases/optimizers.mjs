/** A step of each optimizer on the largest weight of the network. Parameters and state are updated in place. */
import { adamHyper, adamStep } from '../../dist/kernels/adam.js';
import { sgdHyper, sgdStep } from '../../dist/kernels/sgd.js';
import { sizeOf } from '../../dist/tensor/shape.js';
import { given, random } from '../inputs.mjs';
import { dimensions } from '../network.mjs';

const SGD = { learningRate: 0.1, momentum: 0.9, weightDecay: 1e-4 };
const ADAM = { learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-4 };
const STEP = 10;

export function optimizerCases({ network: { layers } }) {
  const [largest] = layers.map(({ weight }) => weight).sort((a, b) => sizeOf(b) - sizeOf(a));
  const title = dimensions(largest);
  const inputs = { parameter: random(largest), gradient: random(largest) };
  const decayed =
    ({ parameter, gradient }, { weightDecay }) =>
    (i) =>
      gradient[i] + weightDecay * parameter[i];
  return [
    {
      name: `sgd.step ${title}`,
      inputs: { ...inputs, velocity: random(largest), hyper: given(sgdHyper(SGD)) },
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
        firstMoment: random(largest),
        secondMoment: random(largest, 0.1, 1),
        hyper: given(adamHyper(ADAM, STEP)),
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
