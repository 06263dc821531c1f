import { ShapeError } from '../../errors/errors.js';
import { checkOneDevice } from '../../tensor/check.js';
import { formatShape, type Shape, sameShape, sizeOf } from '../../tensor/shape.js';
import { type DType, Tensor } from '../../tensor/tensor.js';
import { checkFloats } from '../check.js';
import { sumOver } from '../reductions/reduce.js';
import { commonDType } from '../stored-dtype.js';
import type { MatmulVariant } from './ladder/ladder.js';
import { multiplyInto } from './matmul.js';
import type { Epilogue } from './product.js';

/** Which operands are transposed, and whether any may be rounded. */
export interface MatmulOptions {
  /** Take a as `[..., K, M]`. */
  transposeA?: boolean;
  /** Take b as `[..., N, K]`. */
  transposeB?: boolean;
  /** Round no operand, even on a device that may: for what is not learning, and cannot put up with it. */
  exact?: boolean;
}

/** The matrices in a tensor, once transposed: how many, of what size, and the strides of their rows and columns. */
interface Matrices {
  readonly batch: Shape;
  readonly rows: number;
  readonly columns: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

function matricesOf(what: string, { shape }: Tensor, transposed: boolean): Matrices {
  if (shape.length < 2) {
    throw new ShapeError(
      'matmul',
      `${what} has shape ${formatShape(shape)}, expected at least 2 axes [..., rows, columns]`,
    );
  }
  const [rows, columns] = shape.slice(-2) as [number, number];
  const batch = shape.slice(0, -2);
  return transposed
    ? { batch, rows: columns, columns: rows, rowStride: 1, columnStride: columns }
    : { batch, rows, columns, rowStride: columns, columnStride: 1 };
}

/** The batch of the result: both operands', or that of the one that has any. */
function batchOf(a: Matrices, b: Matrices, describe: () => string): Shape {
  if (a.batch.length > 0 && b.batch.length > 0 && !sameShape(a.batch, b.batch)) {
    throw new ShapeError(
      'matmul',
      `${describe()}; their batches must be equal, or one of them a single matrix`,
    );
  }
  return a.batch.length > 0 ? a.batch : b.batch;
}

/**
 * op(a) op(b), of shape `[...batch, rows of op(a), columns of op(b)]`; see the op `matmul`.
 * @param dtype of the result (default: f16 where both operands are)
 * @throws ShapeError when inner lengths or batches differ, ArgumentError when an operand is of integers
 */
export function matrixProduct(
  a: Tensor,
  b: Tensor,
  options: MatmulOptions = {},
  epilogue: Epilogue = {},
  variant?: MatmulVariant,
  dtype?: DType,
): Tensor {
  checkFloats('matmul', 'a', a);
  checkFloats('matmul', 'b', b);
  checkOneDevice('matmul', { a, b });
  const { transposeA = false, transposeB = false, exact = false } = options;
  const left = matricesOf('a', a, transposeA);
  const right = matricesOf('b', b, transposeB);
  const mark = (transposed: boolean) => (transposed ? ' transposed' : '');
  const describe = () =>
    `a ${formatShape(a.shape)}${mark(transposeA)} times b ${formatShape(b.shape)}${mark(transposeB)}`;
  if (left.columns !== right.rows) {
    throw new ShapeError(
      'matmul',
      `${describe()}; the columns of a (${left.columns}) must equal the rows of b (${right.rows})`,
    );
  }
  const batch = batchOf(left, right, describe);
  const { rows, columns: inner } = left;
  const { columns } = right;
  const c = new Tensor(a.device, [...batch, rows, columns], dtype ?? commonDType(a, b));
  multiplyInto(
    c,
    a,
    b,
    {
      batches: sizeOf(batch),
      rows,
      columns,
      outer: 1,
      inner,
      group: columns,
      exact,
      a: { batch: left.batch.length > 0 ? rows * inner : 0, row: left.rowStride, inner: left.columnStride },
      b: {
        batch: right.batch.length > 0 ? inner * columns : 0,
        inner: right.rowStride,
        column: right.columnStride,
      },
      c: { batch: rows * columns, row: columns, column: 1 },
    },
    epilogue,
    variant,
  );
  return c;
}

/** Products of a batch are kept until they are summed, while all of them take about this many bytes at most. */
const WORKSPACE_BYTES = 32 * 2 ** 20;

/**
 * The sum over a batch of op(a) op(b), both of them batches of matrices: the gradient of a matrix that a whole batch shared. Where
 * the products are too many to be kept, each that is kept is the sum over several of the batch.
 */
export function summedProduct(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  const left = matricesOf('a', a, options.transposeA ?? false);
  const right = matricesOf('b', b, options.transposeB ?? false);
  const { rows, columns: inner } = left;
  const { columns } = right;
  const batch = sizeOf(left.batch);
  const size = Math.max(1, rows * columns);
  const inEach = Math.max(1, Math.ceil(batch / Math.max(1, Math.floor(WORKSPACE_BYTES / 4 / size))));
  const kept = new Tensor(a.device, [Math.ceil(batch / inEach), rows, columns]);
  const multiply = (first: number, batches: number, outer: number) =>
    multiplyInto(kept, a, b, {
      batches,
      rows,
      columns,
      outer,
      inner,
      group: columns,
      a: {
        start: first * rows * inner,
        batch: outer * rows * inner,
        row: left.rowStride,
        outer: rows * inner,
        inner: left.columnStride,
      },
      b: {
        start: first * inner * columns,
        batch: outer * inner * columns,
        outer: inner * columns,
        inner: right.rowStride,
        column: right.columnStride,
      },
      c: { start: (first / inEach) * rows * columns, batch: rows * columns, row: columns, column: 1 },
    });
  const whole = Math.floor(batch / inEach);
  multiply(0, whole, inEach);
  if (whole * inEach < batch) multiply(whole * inEach, 1, batch - whole * inEach);
  const sum = sumOver(kept, [0]);
  kept.dispose();
  return sum;
}
