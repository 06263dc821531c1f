/** What a launch computes, in words: for profiles. */
import type { Launch } from '../gpu/program/launch.js';
import { productKey } from '../kernels/products/choice/product-key.js';
import { LADDER, type MatmulVariant, VARIANTS } from '../kernels/products/ladder/ladder.js';
import type { Rung } from '../kernels/products/ladder/rung.js';

/** The rung of the ladder that this is a launch of; undefined where it computes no matrix product. */
export function variantOf({ shader, entryPoint, constants }: Launch): MatmulVariant | undefined {
  const specialisedWith = (variant: MatmulVariant) => {
    const { constants: own = {} }: Rung = LADDER[variant];
    return Object.entries(own);
  };
  return VARIANTS.filter((variant) => {
    const { kernel }: Rung = LADDER[variant];
    const own = specialisedWith(variant);
    return (
      kernel.shader === shader &&
      kernel.entryPoint === entryPoint &&
      own.every(([name, value]) => constants[name] === value)
    );
  }).sort((one, other) => specialisedWith(other).length - specialisedWith(one).length)[0];
}

/**
 * A product's key, as the tuner and its tables call it; for any other launch its parameters: `planes 96 height 32 width 32`. Empty
 * where there are none.
 */
export function wordsOf(launch: Launch): string {
  const { values = {} } = launch;
  return (
    keyOf(launch) ??
    Object.entries(values)
      .map(([name, value]) => `${name} ${Number(value.toPrecision(6))}`)
      .join(' ')
  );
}

/** The numbers that tell one product from another, as all shaders of products that come in many forms name them. */
const SIZES = ['batches', 'rows', 'columns', 'outer', 'middle', 'inner', 'group'] as const;
const STRIDES = ['a_row', 'a_inner', 'b_inner', 'b_column', 'c_row', 'c_column'] as const;
type Numbers = Readonly<Record<(typeof SIZES)[number] | (typeof STRIDES)[number], number>>;

/** The key of the product that a launch computes, made of its parameters; undefined where they are not those of a product. */
export function keyOf({ values = {}, constants }: Launch): string | undefined {
  if (![...SIZES, ...STRIDES].every((name) => name in values)) return undefined;
  const { a_row, a_inner, b_inner, b_column, c_row, c_column, ...sizes } = values as Numbers;
  const has = (name: string) => constants[name] === true;
  const stored = (alias: string) => (constants[alias] === 'f16' ? 'f16' : 'f32');
  const per = has('ROW_BIAS') ? 'row' : has('COLUMN_BIAS') ? 'column' : undefined;
  return productKey(
    {
      ...sizes,
      a: { row: a_row, inner: a_inner },
      b: { inner: b_inner, column: b_column, ...(has('WINDOW') && { window: {} }) },
      c: { row: c_row, column: c_column, ...(has('ROW_SUMS') && { rowSums: 0 }) },
    },
    {
      accumulate: has('ACCUMULATE'),
      relu: has('RELU'),
      ...(per && { bias: { per } }),
      ...(has('MASK') && { mask: {} }),
    },
    { a: stored('StoredA'), b: stored('StoredB'), c: stored('StoredC') },
  );
}
