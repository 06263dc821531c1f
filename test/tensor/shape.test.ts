import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArgumentError, ShapeError } from '../../src/errors/errors.js';
import {
  broadcastShape,
  checkRank,
  checkSameShape,
  checkShape,
  formatShape,
  pair,
  reshapedShape,
  sameShape,
  sizeOf,
  windowedSize,
  windowOf,
} from '../../src/tensor/shape.js';
import { broadcastCases, unbroadcastableCases } from '../support/shapes.js';

const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 5 });

describe('shapes', () => {
  it('have a size, that of no axes being 1', () => {
    expect([sizeOf([2, 3, 4]), sizeOf([]), sizeOf([3, 0])]).toEqual([24, 1, 0]);
    expect([formatShape([2, 3]), formatShape([])]).toEqual(['[2, 3]', '[]']);
    expect([pair(3), pair([3, 4])]).toEqual([
      [3, 3],
      [3, 4],
    ]);
  });

  it('are the same if all lengths are', () => {
    expect(sameShape([2, 3], [2, 3])).toBe(true);
    expect(sameShape([2, 3], [3, 2])).toBe(false);
    expect(sameShape([2], [2, 1])).toBe(false);
  });

  it.each([[[-1]], [[2, 1.5]], [[Number.NaN]], [[Infinity, 2]]])('cannot be %j', (shape) => {
    expect(() => checkShape('zeros', shape)).toThrow(
      new ShapeError(
        'zeros',
        `${formatShape(shape)} is not a shape; every length must be a whole number, 0 or more`,
      ),
    );
  });

  it('are checked with messages that name what, the shapes and the rule', () => {
    expect(() => checkShape('zeros', [0, 3])).not.toThrow();
    expect(() => checkRank('relu', 'input', [2, 3], 4, '[N, C, H, W]')).toThrow(
      new ShapeError('relu', 'input has shape [2, 3], expected 4 axes [N, C, H, W]'),
    );
    expect(() => checkRank('relu', 'input', [2, 3], 2, '[N, C]')).not.toThrow();
    expect(() => checkSameShape('accumulate', [2, 3], [3, 2])).toThrow(
      new ShapeError('accumulate', 'shapes [2, 3] and [3, 2] differ; they must be equal'),
    );
    expect(() => checkSameShape('accumulate', [2, 3], [2, 3])).not.toThrow();
  });
});

describe('reshapedShape', () => {
  it.each([
    [[2, 3], [6], [6]],
    [[2, 3], [-1], [6]],
    [
      [2, 3, 4],
      [4, -1],
      [4, 6],
    ],
    [[6], [2, -1, 3], [2, 1, 3]],
    [[1], [], []],
    [[], [1, 1], [1, 1]],
    [
      [0, 3],
      [-1, 3],
      [0, 3],
    ],
    [
      [0, 3],
      [5, 0],
      [5, 0],
    ],
  ])('%j as %j is %j', (from, to, shape) => {
    expect(reshapedShape(from, to)).toEqual(shape);
  });

  it.each([
    [[2, 3], [5]],
    [
      [2, 3],
      [4, -1],
    ],
    [
      [2, 3],
      [-1, -1],
    ],
    [[4], [-1, -1, 4]],
    [[4], [-2, -2]],
    [[6], [1.5, 4]],
    [[0], [-1, 0]],
    [[2], [-1, 0]],
    [[2], []],
  ])('%j cannot become %j', (from, to) => {
    expect(() => reshapedShape(from, to)).toThrow(
      new ShapeError(
        'reshape',
        `${formatShape(from)} has ${sizeOf(from)} elements and cannot become ${formatShape(to)}`,
      ),
    );
  });

  it('works out any length that is left out', () => {
    const property = fc.property(
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1 }),
      fc.nat(),
      (to, which) => {
        const axis = which % to.length;
        expect(reshapedShape([sizeOf(to)], to.with(axis, -1))).toEqual(to);
      },
    );
    fc.assert(property, { seed: 1 });
  });
});

describe('broadcastShape', () => {
  it.each(broadcastCases)('$name', ({ a, b }) => {
    const shape = broadcastShape('add', a, b);
    expect(shape).toEqual(broadcastShape('add', b, a));
    expect(broadcastShape('add', shape, a)).toEqual(shape);
    expect(shape).toHaveLength(Math.max(a.length, b.length));
  });

  it('stretches 1 to any length, zero included', () => {
    expect(broadcastShape('add', [2, 1, 4], [3, 1])).toEqual([2, 3, 4]);
    expect(broadcastShape('add', [], [2, 3])).toEqual([2, 3]);
    expect(broadcastShape('add', [1], [0])).toEqual([0]);
    expect(broadcastShape('add', [0, 3], [1, 3])).toEqual([0, 3]);
  });

  it.each(unbroadcastableCases)('refuses $name', ({ a, b }) => {
    expect(() => broadcastShape('add', a, b)).toThrow(ShapeError);
  });

  it('names the op, the shapes and the lengths that do not fit', () => {
    expect(() => broadcastShape('add', [2, 3, 4], [5, 4])).toThrow(
      'add: shapes [2, 3, 4] and [5, 4] do not broadcast; counted from the last axis, ' +
        'lengths must be equal or 1, and 3 meets 5',
    );
    expect(() => broadcastShape('add', [0], [2])).toThrow('0 meets 2');
  });

  it('repeats a shape of which some axes are 1, or missing', () => {
    const property = fc.property(
      shapes,
      fc.infiniteStream(fc.boolean()),
      fc.nat(5),
      (shape, stretch, missing) => {
        const smaller = shape.map((length) => (stretch.next().value ? 1 : length)).slice(missing);
        expect(broadcastShape('add', shape, smaller)).toEqual(shape);
        expect(broadcastShape('add', smaller, shape)).toEqual(shape);
      },
    );
    fc.assert(property, { seed: 1 });
  });
});

describe('windowOf', () => {
  it('reads one number as rows and columns, and has the defaults of a convolution', () => {
    expect(windowOf('conv2d', { kernelSize: 3 })).toEqual({
      kernel: [3, 3],
      stride: [1, 1],
      padding: [0, 0],
      dilation: [1, 1],
      ceilMode: false,
    });
    expect(
      windowOf('pool', { kernelSize: [3, 2], stride: [2, 1], padding: 1, ceilMode: true }),
    ).toMatchObject({
      kernel: [3, 2],
      stride: [2, 1],
      padding: [1, 1],
      ceilMode: true,
    });
  });

  it.each([
    [{ kernelSize: 0 }, 'kernelSize', '0', 'it', 1],
    [{ kernelSize: [3, 1.5] }, 'kernelSize', '[3, 1.5]', 'each', 1],
    [{ kernelSize: 3, stride: 0 }, 'stride', '0', 'it', 1],
    [{ kernelSize: 3, padding: [0, -1] }, 'padding', '[0, -1]', 'each', 0],
    [{ kernelSize: 3, dilation: 0 }, 'dilation', '0', 'it', 1],
  ] as const)('refuses %j, since %s is %s', (options, argument, value, which, least) => {
    expect(() => windowOf('conv2d', options)).toThrow(
      new ArgumentError(
        'conv2d',
        argument,
        `is ${value}`,
        `${which} must be a whole number of at least ${least}`,
      ),
    );
  });
});

/** One axis, by sliding the window: how many times it may start. This is PyTorch's rule in words rather than a formula. */
function slide(length: number, reach: number, stride: number, padding: number, ceilMode: boolean): number {
  let count = 0;
  for (let start = -padding; ; start += stride) {
    const end = start + reach;
    // In ceil mode the last window may hang over the edge, by less than a stride, but must not start in the padding.
    const edge = ceilMode ? length + padding + stride - 1 : length + padding;
    if (end > edge || (ceilMode && start >= length)) return count;
    count += 1;
  }
}

describe('windowedSize', () => {
  const axis = fc.record({
    length: fc.integer({ min: 1, max: 20 }),
    kernel: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 5 }),
    dilation: fc.integer({ min: 1, max: 3 }),
  });

  it('counts the windows as one slides along either axis', () => {
    const property = fc.property(
      axis,
      axis,
      fc.nat(2),
      fc.nat(2),
      fc.boolean(),
      (rows, columns, p, q, ceilMode) => {
        const padding = [
          Math.min(p, Math.floor(rows.kernel / 2)),
          Math.min(q, Math.floor(columns.kernel / 2)),
        ] as const;
        const expected = [rows, columns].map(({ length, kernel, stride, dilation }, index) =>
          slide(length, dilation * (kernel - 1) + 1, stride, padding[index], ceilMode),
        );
        const size = () =>
          windowedSize('pool', [rows.length, columns.length], {
            kernel: [rows.kernel, columns.kernel],
            stride: [rows.stride, columns.stride],
            dilation: [rows.dilation, columns.dilation],
            padding,
            ceilMode,
          });
        if (expected.includes(0)) expect(size).toThrow(ShapeError);
        else expect(size()).toEqual(expected);
      },
    );
    fc.assert(property, { seed: 1, numRuns: 2000 });
  });

  // torch.nn.functional.max_pool2d on [1, 1, n, n], PyTorch 1.13
  it.each([
    [32, 3, 2, 0, true, 16],
    [32, 3, 2, 0, false, 15],
    [7, 3, 2, 0, true, 3],
    [5, 2, 3, 1, true, 2],
    [2, 3, 2, 0, true, 1],
    [2, 4, 3, 0, true, 1],
    [1, 1, 5, 0, true, 1],
  ])(
    '%d pixels, kernel %d, stride %d, padding %d, ceilMode %s: %d, as in PyTorch',
    (n, kernelSize, stride, padding, ceilMode, size) => {
      const window = windowOf('pool', { kernelSize, stride, padding, ceilMode });
      expect(windowedSize('pool', [n, n], window)).toEqual([size, size]);
    },
  );

  it.each([
    [{ kernelSize: 3 }, [2, 5], '3 x 3 window (dilation 1 x 1) does not fit into 2 x 5 with padding 0 x 0'],
    [
      { kernelSize: [1, 3], dilation: [1, 2], padding: [1, 0] },
      [2, 4],
      '1 x 3 window (dilation 1 x 2) does not fit into 2 x 4 with padding 1 x 0',
    ],
    [{ kernelSize: 4, stride: 2, ceilMode: true }, [2, 2], '4 x 4 window'],
  ] as const)('refuses %j on %j', (options, size, message) => {
    expect(() => windowedSize('conv2d', size, windowOf('conv2d', options))).toThrow(message);
  });
});
