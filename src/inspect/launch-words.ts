/** What a launch computes, in words: for profiles. */
import type { Launch } from '../gpu/program/launch.js';
import { productKey } from '../kernels/products/choice/product-key.js';
import type { SeenProduct } from '../kernels/products/choice/seen-products.js';
import { LADDER, type MatmulVariant, VARIANTS } from '../kernels/products/ladder/ladder.js';
import type { Rung } from '../kernels/products/ladder/rung.js';
import type { Epilogue, Product, Stored } from '../kernels/products/product.js';
import type { Tensor } from '../tensor/tensor.js';

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
    productOf(launch)?.key ??
    Object.entries(values)
      .map(([name, value]) => `${name} ${Number(value.toPrecision(6))}`)
      .join(' ')
  );
}

/** The product that a launch computes, by its parameters and constants; undefined where those are not a product's. */
export function productOf(launch: Launch): Omit<SeenProduct, 'count'> | undefined {
  const { values = {}, constants } = launch;
  if (!('group' in values && 'a_inner' in values && 'c_column' in values)) return undefined;
  const is = (name: string) => constants[name] === true;
  const operand = (name: string) => launch.owners?.[launch.bindings?.indexOf(name) ?? -1] as Tensor;
  const numbers = values as Readonly<Record<string, number>>;
  const product = productIn(numbers, { window: is('WINDOW'), rowSums: is('ROW_SUMS') });
  const per = is('ROW_BIAS') ? 'row' : is('COLUMN_BIAS') ? 'column' : undefined;
  const epilogue: Epilogue = {
    accumulate: is('ACCUMULATE'),
    relu: is('RELU'),
    ...(per && { bias: { per, values: operand('bias') } }),
    ...(is('MASK') && { mask: operand('mask') }),
  };
  const type = (alias: string) => (constants[alias] === 'f16' ? 'f16' : 'f32');
  const stored: Stored = { a: type('StoredA'), b: type('StoredB'), c: type('StoredC') };
  return { key: productKey(product, epilogue, stored), product, epilogue, stored };
}

/** What the shaders of products are told, read back: see `paramsOf` of src/kernels/products/ladder/general-rung.ts. */
function productIn(
  values: Readonly<Record<string, number>>,
  has: { window: boolean; rowSums: boolean },
): Product {
  const number = (name: string) => values[name] as number;
  const steps = (of: string) => ({
    width: number(`${of}_width`),
    y: number(`${of}_y`),
    x: number(`${of}_x`),
  });
  // A step back was told as the u32 that comes round to the same place.
  const stride = (name: string) => number(name) | 0;
  const strides = <Name extends string>(operand: string, names: readonly Name[]) =>
    Object.fromEntries(names.map((name) => [name, stride(`${operand}_${name}`)])) as Record<Name, number>;
  const window = {
    height: number('height'),
    width: number('width'),
    originY: number('origin_y'),
    originX: number('origin_x'),
    column: steps('column'),
    middle: steps('middle'),
    innerX: number('inner_x'),
  };
  return {
    batches: number('batches'),
    rows: number('rows'),
    columns: number('columns'),
    outer: number('outer'),
    middle: number('middle'),
    inner: number('inner'),
    group: number('group'),
    a: strides('a', ['start', 'batch', 'row', 'outer', 'middle', 'inner']),
    b: {
      ...strides('b', ['start', 'batch', 'outer', 'inner', 'group', 'column']),
      ...(has.window && { window }),
    },
    c: {
      ...strides('c', ['start', 'batch', 'row', 'group', 'column']),
      ...(has.rowSums && { rowSums: number('row_sums_start') }),
    },
  };
}
