import type { Device } from '../../gpu/device.js';
import { LimitError } from '../../gpu/gpu-errors.js';
import { elementwise } from '../../kernels/elementwise/elementwise.js';
import { matrixProduct } from '../../kernels/products/matrix-product.js';
import { sumOver } from '../../kernels/reductions/reduce.js';
import { fromArray } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { tidy } from '../../tensor/tidy.js';
import { featuresOf } from '../dataset.js';
import { inverseSquareRoot } from './inverse-square-root.js';
import type { StepSpec } from './spec.js';
import type { StepKind } from './step.js';
import type { TrainingImages } from './training-images.js';

type Spec = Extract<StepSpec, { name: 'zca' }>;

/**
 * ZCA whitening: with the mean and the covariance C of the training images, each image a row of features,
 *
 *   y = (x - mean) P      P = (C + epsilon I)^-1/2 = E diag(1 / sqrt(lambda + epsilon)) E^T      C = E diag(lambda) E^T
 *
 * The covariance of y is then P C P, with the eigenvalues lambda / (lambda + epsilon): the identity, but for directions in
 * which images hardly differ. Of all the matrices that do so P is the one that changes the images least (Krizhevsky,
 * "Learning multiple layers of features from tiny images", 2009, app. A).
 */
export const zca: StepKind<Spec> = {
  learns: {
    mean: (image) => [featuresOf(image)],
    matrix: (image) => [featuresOf(image), featuresOf(image)],
  },
  async fit(images, { epsilon }) {
    const features = featuresOf(images.set);
    checkSize(images.device, features);
    const mean = await images.mean('zca: mean', (x) => sumOver(rows(x), [0]));
    const covariance = await covarianceOf(images, mean);
    const regularised = plusOnDiagonal(covariance, epsilon);
    covariance.dispose();
    const { root } = await inverseSquareRoot(regularised, epsilon, (done, total) =>
      images.onProgress({ stage: 'zca: inverse square root', done, total }),
    );
    const learned = {
      mean: { shape: mean.shape, values: (await mean.toArray()) as Float32Array },
      matrix: { shape: root.shape, values: (await root.toArray()) as Float32Array },
    };
    for (const tensor of [mean, regularised, root]) tensor.dispose();
    return learned;
  },
  apply: (x, _, { mean, matrix }) =>
    matrixProduct(elementwise('subtract', rows(x), mean!), matrix!, { exact: true }).view(x.shape),
};

/** Each image as a row of features. */
const rows = (x: Tensor): Tensor => x.view([x.shape[0]!, -1]);

/** The mean of (x - mean)^T (x - mean) over the images; divided by their number, not by one less. */
const covarianceOf = (images: TrainingImages, mean: Tensor): Promise<Tensor> =>
  images.mean('zca: covariance', (x) => {
    const centred = elementwise('subtract', rows(x), mean);
    return matrixProduct(centred, centred, { transposeA: true, exact: true });
  });

function plusOnDiagonal(matrix: Tensor, value: number): Tensor {
  const { device, shape } = matrix;
  const n = shape[0]!;
  const diagonal = new Float32Array(n * n);
  for (let i = 0; i < n; i++) diagonal[i * n + i] = value;
  return tidy(device, () => elementwise('add', matrix, fromArray(device, diagonal, shape)));
}

/** @throws LimitError for images so large that the matrix does not fit into one buffer */
function checkSize({ limits }: Device, features: number): void {
  const bytes = 4 * features ** 2;
  const most = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  if (bytes <= most) return;
  throw new LimitError(
    'zca',
    `images of ${features} features take a matrix of ${bytes} bytes, this device allows ${most} in one buffer; ` +
      'leave zca out, or use smaller images',
  );
}
