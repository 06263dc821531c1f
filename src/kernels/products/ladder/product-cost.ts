/** What a product must do at the least: its multiply-adds, and each element of its operands moved once. */
import type { Cost } from '../../../gpu/program/launch.js';
import type { Constants } from '../../../gpu/shaders/shader.js';

/** The numbers that say what a product is, as its shaders have them: see `general-rung.ts`. */
type Numbers = Readonly<
  Record<
    | ('batches' | 'rows' | 'columns' | 'outer' | 'middle' | 'inner' | 'group')
    | ('a_batch' | 'a_row' | 'a_outer' | 'a_middle' | 'a_inner')
    | ('b_batch' | 'b_outer' | 'b_inner' | 'b_group' | 'b_column')
    | ('height' | 'width' | 'origin_y' | 'origin_x')
    | ('column_width' | 'column_y' | 'column_x' | 'middle_width' | 'middle_y' | 'middle_x' | 'inner_x'),
    number
  >
>;

/**
 * Products count in full, those with the zeros of the padding too. An element counts once however often it is loaded: a pixel that
 * many windows see, an operand that all of a batch share. So does one of c or of a mask that the epilogue reads, by the flags
 * among the constants.
 * @param bytes of an element as each operand is stored
 */
export function costOfProduct(
  sizes: Numbers,
  { StoredA, StoredB, StoredC }: Readonly<Record<'StoredA' | 'StoredB' | 'StoredC', number>>,
  constants: Constants,
): Cost {
  const { batches, rows, columns, outer, middle, inner } = sizes;
  const results = batches * rows * columns;
  const readToo = [constants.ACCUMULATE, constants.MASK].filter(Boolean).length;
  const bias = constants.ROW_BIAS ? rows : constants.COLUMN_BIAS ? columns : 0;
  const singles = bias + (constants.ROW_SUMS ? batches * rows : 0);
  return {
    flops: 2 * results * outer * middle * inner,
    bytes:
      StoredA * elementsOfA(sizes) +
      StoredB * elementsOfB(sizes, constants.WINDOW === true) +
      StoredC * results * (1 + readToo) +
      4 * singles,
  };
}

/** Along an axis that does not move through memory there is one element. */
const along = (length: number, stride: number): number => (stride === 0 ? Math.min(1, length) : length);

const elementsOfA = (p: Numbers): number =>
  along(p.batches, p.a_batch) *
  along(p.rows, p.a_row) *
  along(p.outer, p.a_outer) *
  along(p.middle, p.a_middle) *
  along(p.inner, p.a_inner);

function elementsOfB(p: Numbers, window: boolean): number {
  const groups = Math.ceil(p.columns / Math.max(1, p.group));
  const within = Math.min(p.group, p.columns);
  const apart = along(p.batches, p.b_batch) * along(p.outer, p.b_outer) * along(p.inner, p.b_inner);
  const all = apart * along(groups, p.b_group);
  return all * (window ? pixelsSeen(p, within) : along(within, p.b_column));
}

/** Pixels of an image that any of the columns of a group sees: those in some of its rows and some of its columns. */
function pixelsSeen(p: Numbers, within: number): number {
  const rows = seenOf(p.height, p.origin_y, [
    [Math.ceil(within / p.column_width), p.column_y],
    [Math.ceil(p.middle / p.middle_width), p.middle_y],
  ]);
  const columns = seenOf(p.width, p.origin_x, [
    [Math.min(within, p.column_width), p.column_x],
    [Math.min(p.middle, p.middle_width), p.middle_x],
    [p.inner_x === 0 ? 1 : p.inner, p.inner_x],
  ]);
  return rows * columns;
}

/** How many of the places 0 ... length - 1 are reached from an origin by steps of these sizes: 0 to `count` - 1 of each. */
function seenOf(length: number, origin: number, steps: readonly (readonly [count: number, size: number])[]) {
  let reached = new Set([origin]);
  for (const [count, size] of steps) {
    const next = new Set<number>();
    for (const at of reached) for (let step = 0; step < count; step++) next.add(at + step * size);
    reached = next;
  }
  return [...reached].filter((at) => at >= 0 && at < length).length;
}
