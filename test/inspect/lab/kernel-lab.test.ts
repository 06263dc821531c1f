import '../../support/unoptimised.js';
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BEYOND } from '../../../src/inspect/lab/both-write.js';
import type { CheckedCase } from '../../../src/inspect/lab/check-rung.js';
import { openLab } from '../../../src/inspect/lab/open-lab.js';
import { FAMILY_NAMES, startingPoint } from '../../../src/inspect/lab/starting-point.js';
import { useDevice } from '../../support/device.js';
import { useFreshDirectory } from '../../support/directory.js';

const gpu = useDevice();
const directory = useFreshDirectory();

let written = 0;

async function checked(family: string, change: (text: string) => string = (text) => text) {
  // A name of its own for each: a shader is read once.
  const path = directory.file(`mine-${written++}.wgsl`);
  writeFileSync(path, change(startingPoint(family)));
  const cases: CheckedCase[] = [];
  for await (const one of openLab(gpu.device, path, family).check()) cases.push(one);
  return cases;
}

describe('what a new shader starts from', () => {
  it.each(FAMILY_NAMES)('is right in every case: %s', async (family) => {
    const cases = await checked(family);
    expect(cases.length).toBeGreaterThan(6);
    expect(cases.filter(({ state }) => state !== 'right')).toEqual([]);
  });
});

describe('a pool that is wrong is found out', () => {
  it.each([
    [
      'ignores the padding to the left',
      'column * STRIDE_COLUMNS - params.padding_columns',
      'column * STRIDE_COLUMNS',
    ],
    ['forgets the dilation of rows', 'i * params.dilation_rows', 'i'],
    ['forgets the dilation of columns', 'j * params.dilation_columns', 'j'],
    ['steps from row to row as between columns', 'row * STRIDE_ROWS', 'row * STRIDE_COLUMNS'],
    ['ignores the mask', 'if (MASK && !lets_through(found.value))', 'if (MASK && false)'],
    ['gives each element the gradient of one window at most', 'sums += vec4f(', 'sums = vec4f('],
    ['gives gradients to elements that are no maximum', 'winner == mine', 'vec4<bool>(true)'],
    ['drops nothing', 'random_bits(drawn, u32(window)).x >= params.threshold', 'true'],
    ['forgets on the way back what it dropped', 'winner < DROPPED', 'true'],
    ['drops the last odd row of a gradient', 'h + 1 < params.input_height', 'h + 2 < params.input_height'],
  ])('that %s', async (_, right, wrong) => {
    const cases = await checked('maxPool', (text) => {
      expect(text).toContain(right);
      return text.replaceAll(right, wrong);
    });
    const states = cases.map(({ state }) => state);
    expect(states).toContain('wrong');
    // Windows that have no such thing do not tell it apart.
    expect(states).toContain('right');
  });
});

describe('a kernel that is wrong only on special operands is found out', () => {
  it.each([
    ['relu', 'that loses NaN', 'rectify(f32(x[i]))', 'max(f32(x[i]), 0.0)'],
    ['relu', 'whose gradient goes through at 0', 'lets_through(f32(output[i]))', '!(f32(output[i]) < 0.0)'],
    ['maxout', 'whose last of equal pieces wins', 'value > best.value', 'value >= best.value'],
    ['maxout', 'that loses NaN', ' || is_nan(value)', ''],
    ['maxPool', 'whose last of equal elements wins', 'value > best.value', 'value >= best.value'],
    ['maxPool', 'that loses NaN', 'is_nan(value) || ', ''],
    ['globalAvgPool', 'that loses NaN', 'vec4f(f32(x[i]),', 'vec4f(max(f32(x[i]), -9.0),'],
  ])('%s %s', async (family, _, right, wrong) => {
    const cases = await checked(family, (text) => {
      expect(text).toContain(right);
      return text.replaceAll(right, wrong);
    });
    const special = cases.filter(({ state, name }) => state === 'wrong' && name.includes('with ties'));
    expect(special.length).toBeGreaterThan(1);
  });
});

describe('a kernel that writes behind the end is found out', () => {
  it.each([
    ['relu', 'y', 'i < params.size;', 'i < params.size + 1u;'],
    ['maxout', 'y', 'i < params.size;', 'i < params.size + 1u;'],
    ['maxPool', 'y', 'position < plane_size;', 'position < plane_size + 1;'],
    ['globalAvgPool', 'y', 'y[plane] =', 'y[plane + 1u] = 7.0;\n    y[plane] ='],
  ])('%s', async (family, operand, right, wrong) => {
    const cases = await checked(family, (text) => {
      expect(text).toContain(right);
      return text.replaceAll(right, wrong);
    });
    const elements = cases.map(({ error }) => error?.element);
    expect(elements).toContain(`${operand}, 1 behind its end`);
  });
});

describe('a shader that takes the place of a kernel', () => {
  it('is wrong at the first element that it forgets', async () => {
    const cases = await checked('relu', (text) =>
      text.replace('i += groups.x * WORKGROUP', 'i += params.size'),
    );
    const wrong = cases.filter(({ state }) => state === 'wrong');
    // Only what has more elements than there are threads takes a second turn.
    expect(wrong.map(({ name }) => name)).toEqual([
      'relu.forward 300007',
      'relu.forward 300007, with ties, NaN and infinities',
    ]);
    expect(wrong[0]!.error!.element).toBe(`y[${1024 * 256}]`);
  });

  it('is told the index along each axis', async () => {
    const cases = await checked('globalAvgPool', (text) =>
      text.replace('sums.x += f32(x[i]);', 'sums.x += f32(x[i]) * select(1.0, 2.0, plane == 7u);'),
    );
    const { error } = cases.find(({ name }) => name === 'globalAvgPool.forward 2x6x5x7')!;
    expect(error).toMatchObject({ element: 'y[1, 1]', wrong: 1, compared: 12 + BEYOND });
  });

  it('need have only some of the entry points', async () => {
    const cases = await checked('relu', (text) => text.slice(0, text.lastIndexOf('@group(0) @binding(1)')));
    expect(new Set(cases.map(({ name }) => name.split(' ')[0]))).toEqual(new Set(['relu.forward']));
    await expect(
      checked('relu', (text) => text.replace(/fn (forward|backward)\(/g, 'fn other_$1(')),
    ).rejects.toThrow(/mine-\d+\.wgsl: it has none of the entry points of the family: forward, backward$/);
  });

  it('and is told which of them this device never launches', async (test) => {
    test.skip(!gpu.device.adapter.software, 'this device launches all of them');
    const path = directory.file('pool.wgsl');
    writeFileSync(path, startingPoint('maxPool'));
    expect(openLab(gpu.device, path, 'maxPool').what).toBe(
      'maxPool.forward, maxPool.forwardWithArgmax, maxPool.backward, but not maxPool.backwardWide, which this device never launches',
    );
    await expect(
      checked('maxPool', (text) =>
        text.replace(/fn (forward|forward_with_argmax|backward)\(/g, 'fn other_$1('),
      ),
    ).rejects.toThrow(/mine-\d+\.wgsl: this device never launches maxPool\.backwardWide$/);
  });
});
