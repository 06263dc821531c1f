/** Batch norm on the largest maps of the network: its statistics, forward and backward. */
import { batchNormGradients, normalise } from '../../dist/kernels/normalisation/batch-norm.js';
import { batchStatistics } from '../../dist/kernels/normalisation/batch-statistics.js';
import { sizeOf } from '../../dist/tensor/shape.js';
import { random } from '../inputs.mjs';
import { dimensions } from '../network.mjs';
import { sum } from '../windows.mjs';

const EPS = 1e-3;

export function batchNormCases({ network: { layers } }) {
  const shape = layers[0].output;
  const [batch, channels, ...size] = shape;
  const plane = sizeOf(size);
  const count = batch * plane;
  const title = dimensions(shape);
  const x = random(shape);
  const perChannel = random([channels], 0.5, 1.5);

  const channelOf = (i) => Math.floor(i / plane) % channels;
  /** The mean over one channel of `value(position)`. */
  const meanOver = (channel, value) =>
    sum(batch, (n) => sum(plane, (p) => value((n * channels + channel) * plane + p))) / count;
  const momentsOf = (x, channel) => {
    const mean = meanOver(channel, (i) => x[i]);
    return { mean, variance: meanOver(channel, (i) => (x[i] - mean) ** 2) };
  };
  const normalisedWith =
    ({ mean, variance }) =>
    (value) =>
      (value - mean) / Math.sqrt(variance + EPS);

  return [
    {
      name: `batchNorm.statistics ${title}`,
      inputs: { x },
      launch: ({ x }) => batchStatistics(x),
      expected: ({ x }) => ({
        mean: (channel) => momentsOf(x, channel).mean,
        variance: (channel) => momentsOf(x, channel).variance,
      }),
    },
    {
      name: `batchNorm.forward ${title}`,
      inputs: { x, mean: perChannel, variance: perChannel, gamma: perChannel, beta: perChannel },
      launch: ({ x, mean, variance, gamma, beta }) => ({
        y: normalise(x, { mean, variance }, gamma, beta, { eps: EPS }),
      }),
      expected: ({ x, mean, variance, gamma, beta }) => ({
        y: (i) => {
          const c = channelOf(i);
          return gamma[c] * normalisedWith({ mean: mean[c], variance: variance[c] })(x[i]) + beta[c];
        },
      }),
    },
    {
      name: `batchNorm.backward ${title}`,
      inputs: { x, dy: x, gamma: perChannel },
      prepare: ({ x }) => batchStatistics(x),
      launch: ({ x, dy, gamma, mean, variance }) => {
        const gradients = batchNormGradients(dy, x, { mean, variance }, gamma, { eps: EPS, training: true });
        return { dx: gradients[0], dgamma: gradients[1], dbeta: gradients[2] };
      },
      expected: ({ x, dy, gamma, mean, variance }) => {
        const normalised = (c) => normalisedWith({ mean: mean[c], variance: variance[c] });
        const meanGradients = (c) => ({
          beta: meanOver(c, (i) => dy[i]),
          gamma: meanOver(c, (i) => dy[i] * normalised(c)(x[i])),
        });
        return {
          dx: (i) => {
            const c = channelOf(i);
            const means = meanGradients(c);
            const centred = dy[i] - means.beta - normalised(c)(x[i]) * means.gamma;
            return (gamma[c] / Math.sqrt(variance[c] + EPS)) * centred;
          },
          dgamma: (c) => count * meanGradients(c).gamma,
          dbeta: (c) => count * meanGradients(c).beta,
        };
      },
    },
  ];
}
