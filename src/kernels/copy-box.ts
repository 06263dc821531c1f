import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from './kernel.js';

/** The rank that the shader walks through. */
const RANK = 6;

const params = {
  size: 'u32',
  from_offset: 'u32',
  to_offset: 'u32',
  length_1: 'u32',
  length_2: 'u32',
  length_3: 'u32',
  length_4: 'u32',
  length_5: 'u32',
  from_stride_0: 'u32',
  from_stride_1: 'u32',
  from_stride_2: 'u32',
  from_stride_3: 'u32',
  from_stride_4: 'u32',
  from_stride_5: 'u32',
  to_stride_0: 'u32',
  to_stride_1: 'u32',
  to_stride_2: 'u32',
  to_stride_3: 'u32',
  to_stride_4: 'u32',
  to_stride_5: 'u32',
} as const;

/** Elements of 32 bits, from a place in one array to a place in another. */
export const copyWords = defineKernel({
  name: 'copyBox.words',
  shader: 'copy_box.wgsl',
  entryPoint: 'words',
  bindings: { from_words: 'read', to_words: 'write' },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }) => elementCost(2 * size),
});

/** Elements of 16 bits likewise. */
export const copyHalves = defineKernel({
  name: 'copyBox.halves',
  shader: 'copy_box.wgsl',
  entryPoint: 'halves',
  bindings: { from_halves: 'read', to_halves: 'write' },
  storage: { Stored: ['from_halves', 'to_halves'] },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }, { Stored }) => elementCost(2 * size, 0, Stored),
});

/** Where the elements of a box lie in a tensor: the first, and how far apart neighbours along each axis of the box are. */
export interface Placement {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** How far apart neighbours along each axis of a row-major array are. */
export function stridesOf(shape: Shape): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (const length of [...shape].reverse()) {
    strides.unshift(stride);
    stride *= length;
  }
  return strides;
}

/** One axis of a box. */
interface Axis {
  readonly length: number;
  readonly from: number;
  readonly to: number;
}

/** Neighbouring axes along which both arrays run on without a gap count as one. */
function axesOf(lengths: readonly number[], from: Placement, to: Placement): Axis[] {
  const axes: Axis[] = [];
  lengths.forEach((length, index) => {
    if (length === 1) return;
    const axis = { length, from: from.strides[index] as number, to: to.strides[index] as number };
    const outer = axes.at(-1);
    if (outer && outer.from === axis.from * length && outer.to === axis.to * length)
      axes[axes.length - 1] = { ...axis, length: outer.length * length };
    else axes.push(axis);
  });
  return axes;
}

/**
 * Copy a box of elements from one tensor into another of the same type.
 * @param lengths of the box, an axis each
 */
export function copyBox(
  source: Tensor,
  target: Tensor,
  lengths: readonly number[],
  from: Placement,
  to: Placement,
): void {
  if (lengths.includes(0)) return;
  const axes = axesOf(lengths, from, to);
  if (axes.length <= RANK) {
    launchCopy(source, target, axes, from.offset, to.offset);
    return;
  }
  const [first, ...rest] = axes as [Axis, ...Axis[]];
  const inner = rest.map(({ length }) => length);
  const place = (side: 'from' | 'to', offset: number, index: number) => ({
    offset: offset + index * first[side],
    strides: rest.map((axis) => axis[side]),
  });
  for (let index = 0; index < first.length; index++)
    copyBox(source, target, inner, place('from', from.offset, index), place('to', to.offset, index));
}

function launchCopy(
  source: Tensor,
  target: Tensor,
  given: readonly Axis[],
  fromOffset: number,
  toOffset: number,
): void {
  const none = Array.from({ length: RANK - given.length }, () => ({ length: 1, from: 0, to: 0 }));
  const axes = [...none, ...given];
  const numbered = (name: string, key: keyof Axis) =>
    Object.fromEntries(axes.map((axis, index) => [`${name}_${index}`, axis[key]]));
  const { length_0: _, ...inner } = numbered('length', 'length');
  const values = {
    size: axes.reduce((product, { length }) => product * length, 1),
    from_offset: fromOffset,
    to_offset: toOffset,
    ...inner,
    ...numbered('from_stride', 'from'),
    ...numbered('to_stride', 'to'),
  } as Record<keyof typeof params, number>;
  if (source.dtype === 'f16') launch(copyHalves, { from_halves: source, to_halves: target }, values);
  else launch(copyWords, { from_words: source, to_words: target }, values);
}
