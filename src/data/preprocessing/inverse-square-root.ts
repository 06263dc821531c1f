/**
 * The inverse square root of a symmetric positive definite matrix A, by products of matrices alone: the coupled Newton
 * iteration (Higham, *Functions of Matrices*, 2008, eq. 6.35),
 *
 *   Y = A / |A|,  Z = I;    T = Z Y,  H = 3/2 r I - 1/2 r^3 T,  Y <- Y H,  Z <- H Z,  until T = I;    A^-1/2 = Z / sqrt(|A|)
 *
 * All of these share A's eigenvectors, and would commute but for rounding: in this order the products are stable, which
 * transposing a factor would undo. Let x be the square root of an eigenvalue of T: it begins in (0, 1], since |A| is the
 * Frobenius norm, and each update makes r x (3 - r^2 x^2) / 2 of it. With r = 1 that is Newton's method towards 1, which takes
 * a small x no further than to 3/2 x. From a lower bound l of x follows the r that raises l the most, r^2 = 3 / (1 + l + l^2)
 * (Chen and Chow, "A stable scaling of Newton-Schulz", 2014): 2.5 times at first, and half as many products in all.
 */
import { DawngradError } from '../../errors/errors.js';
import { elementwise, elementwiseWithNumber } from '../../kernels/elementwise/elementwise.js';
import { matrixProduct } from '../../kernels/products/matrix-product.js';
import { sumOver } from '../../kernels/reductions/reduce.js';
import { fromArray } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { tidy } from '../../tensor/tidy.js';

export interface InverseSquareRoot {
  /** A^-1/2 `[n, n]`. */
  readonly root: Tensor;
  /** Updates of Z. */
  readonly iterations: number;
  /** How far `root` A `root` is from I: the root mean square of the distance of its n eigenvalues from 1. Measured. */
  readonly residual: number;
}

/** Called after each of about `expected` iterations. */
export type OnIteration = (iteration: number, expected: number) => void;

/** A larger factor would throw x = 1 back to below a tenth, and blow up the rounding of the largest eigenvalues with it. */
const LARGEST_FACTOR = 1.7;

/**
 * An update squares the distance of T from I. From here it leaves 2^-24, all that single precision resolves: it is the last.
 */
const NEARLY_DONE = 2 ** -12;

/** Iterations beyond those foreseen, for bounds that rounding made too tight. */
const PATIENCE = 3;

/** A root with a larger residual is refused: rounding has eaten the smallest eigenvalues. */
const LARGEST_RESIDUAL = 0.01;

/**
 * @param matrix A `[n, n]`, symmetric
 * @param smallest a lower bound, greater than 0, of A's eigenvalues
 * @throws DawngradError when single precision does not resolve A's smallest eigenvalues beside its largest
 */
export async function inverseSquareRoot(
  matrix: Tensor,
  smallest: number,
  onIteration: OnIteration = () => {},
): Promise<InverseSquareRoot> {
  const { device } = matrix;
  const identity = identityLike(matrix);
  const norm = await frobenius(matrix);
  const factors = factorsFrom(Math.sqrt(smallest / norm));
  const times = (a: Tensor, b: Tensor) =>
    a === identity ? b.view(b.shape) : b === identity ? a.view(a.shape) : exactProduct(a, b);

  let y = elementwiseWithNumber('divide', matrix, norm);
  let z = identity;
  for (let iteration = 0; ; iteration++) {
    const t = times(z, y);
    const distance = await distanceFromIdentity(t, identity);
    const last = distance <= NEARLY_DONE;
    if (!last && !(Number.isFinite(distance) && iteration < factors.length + PATIENCE)) {
      throw tooIllConditioned(norm, smallest, distance);
    }
    const r = last ? 1 : (factors[iteration] ?? 1);
    const next = tidy(device, () => {
      const constant = elementwiseWithNumber('multiply', identity, 1.5 * r);
      const h = elementwise('add', constant, elementwiseWithNumber('multiply', t, -0.5 * r ** 3));
      // After the last update nobody asks for Y.
      return { y: last ? y : times(y, h), z: times(h, z) };
    });
    for (const old of new Set([t, y, z])) if (old !== identity && old !== next.y) old.dispose();
    ({ y, z } = next);
    onIteration(iteration + 1, factors.length + 1);
    if (!last) continue;
    const root = elementwiseWithNumber('divide', z, Math.sqrt(norm));
    const residual = await residualOf(root, matrix, identity);
    for (const old of [identity, y, z]) old.dispose();
    if (!(residual <= LARGEST_RESIDUAL)) throw tooIllConditioned(norm, smallest, residual);
    return { root, iterations: iteration + 1, residual };
  }
}

/** The factors r of the updates that bring x from `lower` ... 1 to 1, as far as T's distance from I that is nearly done. */
function factorsFrom(lower: number): number[] {
  const factors: number[] = [];
  for (let l = Math.min(lower, 1); 1 - l ** 2 > NEARLY_DONE; ) {
    const r = Math.min(Math.sqrt(3 / (1 + l + l ** 2)), LARGEST_FACTOR);
    factors.push(r);
    l = (r * l * (3 - (r * l) ** 2)) / 2;
  }
  return factors;
}

function identityLike({ device, shape }: Tensor): Tensor {
  const n = shape[0]!;
  const values = new Float32Array(n * n);
  for (let i = 0; i < n; i++) values[i * n + i] = 1;
  return fromArray(device, values, shape);
}

/** The square root of the sum of the squares of all elements. */
async function frobenius(matrix: Tensor): Promise<number> {
  const squares = tidy(matrix.device, () => sumOver(elementwise('multiply', matrix, matrix), [0, 1]));
  const sum = await squares.item();
  squares.dispose();
  return Math.sqrt(sum);
}

/** For a symmetric matrix, the root mean square of its eigenvalues' distance from 1. */
async function distanceFromIdentity(matrix: Tensor, identity: Tensor): Promise<number> {
  const difference = elementwise('subtract', matrix, identity);
  const norm = await frobenius(difference);
  difference.dispose();
  return norm / Math.sqrt(matrix.shape[0]!);
}

/** The iteration converges to what its products can resolve, which in half precision would be nothing. */
const exactProduct = (a: Tensor, b: Tensor): Tensor => matrixProduct(a, b, { exact: true });

async function residualOf(root: Tensor, matrix: Tensor, identity: Tensor): Promise<number> {
  const product = tidy(root.device, () => exactProduct(exactProduct(root, matrix), root));
  const residual = await distanceFromIdentity(product, identity);
  product.dispose();
  return residual;
}

const tooIllConditioned = (norm: number, smallest: number, residual: number): DawngradError =>
  new DawngradError(
    `inverse square root: single precision does not resolve eigenvalues of ${smallest} in a matrix of norm ` +
      `${norm.toPrecision(3)} (the residual stays at ${residual.toPrecision(2)}); regularise it more, with a larger epsilon`,
  );
