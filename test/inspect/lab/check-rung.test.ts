/** Kernels that are wrong on purpose: each must be found out, at the element where it is wrong. */
import '../../support/unoptimised.js';
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type CheckedCase, checkRung } from '../../../src/inspect/lab/check-rung.js';
import { type ProductCase, productTable } from '../../../src/inspect/lab/product-table.js';
import { startingPoint } from '../../../src/inspect/lab/starting-point.js';
import { usersRung } from '../../../src/inspect/lab/users-rung.js';
import { readUsersShader } from '../../../src/inspect/lab/users-shader.js';
import { extentsOf, fromStart, randomOperands } from '../../../src/inspect/tuning/random-operands.js';
import { LADDER } from '../../../src/kernels/products/ladder/ladder.js';
import { useDevice } from '../../support/device.js';
import { useDirectory } from '../../support/directory.js';
import { productElement } from '../../support/product.js';

const gpu = useDevice();
const directory = useDirectory();
let planted = 0;

/** Some of the table: odd sizes, whole tiles, windows, and every epilogue on odd sizes. All of it is for a kernel that is right. */
const SOME =
  /^(1 x 1 x 1|odd primes|one more than a tile), a b|: (odd sizes|5x5 padding 2|1x1)|^19 x 5|^3x3 over images 3x5/;

const someOfTable = () => productTable(gpu.device).filter(({ name }) => SOME.test(name));

/** The right shader, but for a mistake in one place. */
function withMistake(right: string, wrong: string) {
  const text = startingPoint('matmul');
  expect(text.split(right)).toHaveLength(2);
  // A file of its own for each: what is read once is not read again.
  const path = directory.file(`wrong-${planted++}.wgsl`);
  writeFileSync(path, text.replace(right, wrong));
  return usersRung(readUsersShader(path, 'products/'));
}

async function wrongCases(
  right: string,
  wrong: string,
  table = someOfTable(),
): Promise<readonly (readonly [ProductCase, NonNullable<CheckedCase['error']>])[]> {
  const found: (readonly [ProductCase, NonNullable<CheckedCase['error']>])[] = [];
  let index = 0;
  for await (const { state, error } of checkRung(gpu.device, withMistake(right, wrong), table)) {
    expect(state).not.toBe('refused');
    if (error) found.push([table[index]!, error]);
    index += 1;
  }
  expect(index).toBe(table.length);
  return found;
}

/** What the sum at an element is, on the very numbers that the case was checked on. */
async function trueSum(one: ProductCase, row: number, column: number): Promise<number> {
  const product = fromStart(one.product);
  const { a, b } = randomOperands(gpu.device, { ...one, product });
  return productElement(product, { a: await a.toArray(), b: await b.toArray() }, row, column);
}

const caseOf = (
  found: Awaited<ReturnType<typeof wrongCases>>,
  name: string,
): NonNullable<CheckedCase['error']> => found.find(([one]) => one.name === name)![1];

const at = (element: string): number[] => /row (\d+), column (\d+)$/.exec(element)!.slice(1).map(Number);

describe('a kernel that is right', () => {
  it('is found right in every case, and what it does not take is told', async () => {
    const table = someOfTable();
    const states = new Map<string, number>();
    for await (const { name, state, worst, error } of checkRung(gpu.device, LADDER.tiled, table)) {
      expect(error, name).toBeUndefined();
      expect(worst).toBeLessThanOrEqual(1);
      states.set(state, (states.get(state) ?? 0) + 1);
    }
    expect(states).toEqual(new Map([['right', table.length]]));
    const naive = new Map<string, CheckedCase['state']>();
    for await (const { name, state } of checkRung(gpu.device, LADDER.naive, table)) naive.set(name, state);
    expect(naive.get('odd primes, a b')).toBe('right');
    expect(naive.get('odd primes, a b^T')).toBe('refused');
    expect([...naive.values()]).not.toContain('wrong');
  });
});

describe('a kernel that is wrong is refused', () => {
  it('that drops the last odd column, at the first element of that', async () => {
    const found = await wrongCases(
      'column >= params.columns) {',
      'column >= params.columns - params.columns % 2u) {',
    );
    const odd = someOfTable().filter(({ product }) => product.columns % 2 === 1);
    expect(odd.length).toBeGreaterThan(10);
    expect(found.map(([{ name }]) => name)).toEqual(odd.map(({ name }) => name));
    const name = 'odd primes, a b';
    const error = caseOf(found, name);
    expect(error).toMatchObject({ element: 'row 0, column 10', wrong: 7 });
    const one = odd.find((one) => one.name === name)!;
    expect(error.expected).toBeCloseTo(await trueSum(one, 0, 10), 5);
    const { c } = randomOperands(gpu.device, one);
    expect(error.got).toBe((await c.toArray())[10]);
  });

  it('that forgets the ReLU, at the first element that is below 0', async () => {
    const found = await wrongCases('if (RELU) {', 'if (RELU && false) {');
    expect(found.map(([{ epilogue }]) => epilogue.relu)).toEqual(found.map(() => true));
    const relu = someOfTable().filter(({ epilogue }) => epilogue.relu);
    expect(found).toHaveLength(relu.length);
    for (const [one, error] of found.filter(([{ name }]) => name.endsWith('then ReLU'))) {
      const [row, column] = at(error.element) as [number, number];
      expect(error.expected).toBe(0);
      expect(error.got).toBeLessThan(0);
      expect(error.got).toBeCloseTo(await trueSum(one, row, column), 5);
    }
  });

  it.each([
    ['a bias to each row', 'value += bias[row];', 'value += 0.0;'],
    ['a bias to each column', 'value += bias[column];', 'value += bias[0];'],
    ['adding to what is there', 'value += f32(c[i]);', 'value += 0.0;'],
    ['a mask', 'lets_through(f32(mask[i]))', 'true'],
  ])('that forgets %s', async (what, right, wrong) => {
    const found = await wrongCases(right, wrong);
    const names = found.map(([{ name }]) => name);
    expect(names.filter((name) => name.endsWith(`then ${what}`))).toHaveLength(2);
    expect(names.filter((name) => !name.includes(', then '))).toEqual([]);
  });

  it('whose window looks a column too far to the right, at the first element that sees another pixel', async () => {
    const found = await wrongCases(
      'let column_x = params.origin_x + ',
      'let column_x = 1i + params.origin_x + ',
    );
    expect(found.length).toBeGreaterThan(15);
    for (const [{ product }] of found) expect(product.b.window).toBeDefined();
    const name = 'convolution, output: odd sizes';
    const [one] = found.find(([one]) => one.name === name)!;
    const error = caseOf(found, name);
    expect(error.element).toBe('row 0, column 0');
    expect(error.expected).toBeCloseTo(await trueSum(one, 0, 0), 5);
    const { b } = one.product;
    const shifted = {
      ...one,
      product: { ...one.product, b: { ...b, window: { ...b.window!, originX: b.window!.originX + 1 } } },
    };
    expect(error.got).toBeCloseTo(await trueSum(shifted, 0, 0), 5);
  });

  it('that loses NaN in a ReLU, where there is one', async () => {
    const found = await wrongCases('value = rectify(value);', 'value = max(value, 0.0);');
    expect(found.length).toBeGreaterThan(2);
    for (const [{ name, epilogue, special }, error] of found) {
      expect(name).toMatch(/, with NaN and infinities$/);
      expect([epilogue.relu, special]).toEqual([true, true]);
      expect([error.expected, error.got]).toEqual([NaN, 0]);
    }
  });

  it.each([
    ['c', 'params.c_start + '],
    ['a', 'params.a_start + '],
    ['b', 'params.b_start + '],
  ])('that forgets where %s begins', async (_, right) => {
    const later = someOfTable().filter(({ start }) => start !== undefined);
    expect(later.length).toBeGreaterThan(15);
    const found = await wrongCases(right, '', later);
    expect(found.map(([{ name }]) => name)).toEqual(later.map(({ name }) => name));
  });

  it('that writes behind the end of a result whose rows lie apart', async () => {
    const apart = productTable(gpu.device).filter(({ product }) => {
      const { batches, rows, columns, c } = product;
      const elements = batches * rows * (columns + (c.rowSums === undefined ? 0 : 1));
      return rows < 20 && elements < extentsOf(fromStart(product)).c;
    });
    expect(apart.length).toBeGreaterThan(0);
    const found = await wrongCases(
      '  c[i] = StoredC(value);',
      `  c[i] = StoredC(value);
  if (batch == params.batches - 1u && row == params.rows - 1u && column == params.columns - 1u) {
    c[i + 40u] = 7.0;
  }`,
      apart,
    );
    expect(found.map(([{ name }]) => name)).toEqual(apart.map(({ name }) => name));
    for (const [, error] of found) expect(error).toMatchObject({ wrong: 1, got: 7 });
  });

  it('that writes behind the end of the result', async () => {
    const found = await wrongCases(
      '  c[i] = StoredC(value);',
      '  c[i] = StoredC(value);\n  c[i + 1u] = 7.0;',
    );
    const error = caseOf(found, '1 x 1 x 1, a b');
    expect(error).toMatchObject({ element: "element 1 of c, which is none of the product's", got: 7 });
  });
});
