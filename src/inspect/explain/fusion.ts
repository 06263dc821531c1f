/** Passes over memory that a launch does on the way, which would else be launches of their own. */
import type { Launch } from '../../gpu/program/launch.js';
import { ELEMENT_BYTES, Tensor } from '../../tensor/tensor.js';
import { productOf } from '../launch-words.js';

/** One such pass, and the bytes that are not moved for it; a launch is spared as well. */
export interface FusedPass {
  readonly pass: 'bias' | 'relu' | 'relu backward' | 'add' | 'bias gradient' | 'unfold' | 'dropout';
  readonly bytes: number;
}

/** By the constant that a shader is specialised with: what it does besides, and the bytes that this spares. */
const PASSES: Readonly<Record<string, readonly [FusedPass['pass'], (launch: Launch) => number]>> = {
  // What a pass would read is at hand, and what it would write is not written twice.
  ROW_BIAS: ['bias', (launch) => 2 * bytesOf(launch, 'c')],
  COLUMN_BIAS: ['bias', (launch) => 2 * bytesOf(launch, 'c')],
  ACCUMULATE: ['add', (launch) => 2 * bytesOf(launch, 'c')],
  RELU: ['relu', (launch) => 2 * (bytesOf(launch, 'c') + bytesOf(launch, 'y'))],
  // A product reads the mask in the pass's stead; a pool has it in its argmax.
  MASK: ['relu backward', (launch) => 2 * bytesOf(launch, 'c') + 3 * bytesOf(launch, 'x')],
  // A pool drops what it stores, and what comes back.
  DROP: ['dropout', (launch) => 2 * bytesOf(launch, 'y') + 2 * bytesOf(launch, 'output_gradient')],
  // The gradient whose rows are added up passes by anyway.
  ROW_SUMS: ['bias gradient', (launch) => bytesOf(launch, 'a')],
  // The matrix of all that a window shows is neither written nor read.
  WINDOW: ['unfold', (launch) => 2 * unfoldedBytes(launch)],
};

/** What is fused into a launch: nothing, for most. */
export const fusedInto = (launch: Launch): FusedPass[] =>
  Object.entries(PASSES).flatMap(([constant, [pass, spared]]) =>
    launch.constants[constant] === true ? [{ pass, bytes: spared(launch) }] : [],
  );

/** Bytes of the tensor that the shader calls so; 0 where it has none of that name. */
function bytesOf({ bindings = [], owners = [] }: Launch, binding: string): number {
  const owner = owners[bindings.indexOf(binding)];
  return owner instanceof Tensor ? owner.bytes : 0;
}

function unfoldedBytes(launch: Launch): number {
  const found = productOf(launch);
  if (!found) return 0;
  const { batches, columns, outer, middle = 1, inner } = found.product;
  return batches * columns * outer * middle * inner * ELEMENT_BYTES[found.stored.b];
}
