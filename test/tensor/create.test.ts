import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/errors/errors.js';
import { LimitError } from '../../src/gpu/gpu-errors.js';
import {
  from,
  fromArray,
  full,
  ones,
  onesLike,
  randn,
  uniform,
  zeros,
  zerosLike,
} from '../../src/tensor/create.js';
import { normalValues, uniformValues } from '../../src/tensor/random.js';
import { arange, eye, linspace } from '../../src/tensor/sequences.js';
import { useDevice } from '../support/device.js';

const gpu = useDevice({ seed: 5 });

describe('full and zeros', () => {
  it('give every element one value', async () => {
    const x = full(gpu.device, [2, 3], -1.5);
    expect(x).toMatchObject({ shape: [2, 3], dtype: 'f32', size: 6, rank: 2, bytes: 24 });
    expect(await x.toArray()).toEqual(new Float32Array(6).fill(-1.5));
    expect(await full(gpu.device, [3], 2 ** 32 - 1, 'u32').toArray()).toEqual(
      new Uint32Array(3).fill(2 ** 32 - 1),
    );
    expect(await full(gpu.device, [], 4).item()).toBe(4);
  });

  it('clear memory that was used before', async () => {
    full(gpu.device, [100], 7).dispose();
    expect(await zeros(gpu.device, [100]).toArray()).toEqual(new Float32Array(100));
  });

  it.each([[[-2, 3]], [[2, 1.5]], [[Number.NaN]]])('refuse the shape %j', (shape) => {
    expect(() => zeros(gpu.device, shape)).toThrow(ShapeError);
    expect(() => zeros(gpu.device, shape)).toThrow('is not a shape');
  });

  it('refuse more than a binding holds before they fill it', () => {
    expect(() => zeros(gpu.device, [1e5, 1e5, 1e5])).toThrow(LimitError);
  });
});

describe('ones and what is like another tensor', () => {
  it('are of the shape and type that is asked for', async () => {
    const x = ones(gpu.device, [2, 3], 'u32');
    expect(await x.toArray()).toEqual(new Uint32Array(6).fill(1));
    const none = zerosLike(x);
    expect([none.shape, none.dtype, await none.toArray()]).toEqual([[2, 3], 'u32', new Uint32Array(6)]);
    expect(await onesLike(zeros(gpu.device, [2])).toArray()).toEqual(Float32Array.of(1, 1));
  });
});

describe('arange, linspace and eye', () => {
  it.each([
    [4, {}, [0, 1, 2, 3]],
    [2, { start: 1, step: 0.25 }, [1, 1.25, 1.5, 1.75]],
    [-1, { start: 2, step: -1 }, [2, 1, 0]],
    [1, { step: 0.3 }, [0, 0.3, 0.6, 0.9].map(Math.fround)],
    [3, { start: 3 }, []],
    [2 ** 32 - 1, { start: 2 ** 32 - 3, dtype: 'u32' }, [2 ** 32 - 3, 2 ** 32 - 2]],
  ] as const)('arange to %d with %j', async (end, options, values) => {
    const x = arange(gpu.device, end, options);
    expect(x.dtype).toBe('dtype' in options ? options.dtype : 'f32');
    expect([...(await x.toArray())]).toEqual(values);
  });

  it('arange refuses a step that leads away, and numbers that the type has not', () => {
    expect(() => arange(gpu.device, 3, { step: -1 })).toThrow(
      'arange: step is -1; it must be above 0, to come from 0 to 3',
    );
    expect(() => arange(gpu.device, 3, { step: 0.5, dtype: 'u32' })).toThrow(
      'arange: step is 0.5; it must be a whole number',
    );
    expect(() => arange(gpu.device, 3, { start: -1, dtype: 'u32' })).toThrow(
      'arange: start is -1; it must be a whole number of at least 0',
    );
    expect(() => arange(gpu.device, 1e300, { step: 1e-300 })).toThrow('is not a shape');
  });

  it.each([
    [0, 1, 5, [0, 0.25, 0.5, 0.75, 1]],
    [3, -3, 3, [3, 0, -3]],
    [2, 9, 1, [2]],
    [2, 9, 0, []],
  ])('linspace from %d to %d in %d', async (start, end, steps, values) => {
    expect([...(await linspace(gpu.device, start, end, steps).toArray())]).toEqual(values);
  });

  it('eye has ones where row and column are the same', async () => {
    const wide = eye(gpu.device, 2, 3);
    expect([wide.shape, [...(await wide.toArray())]]).toEqual([
      [2, 3],
      [1, 0, 0, 0, 1, 0],
    ]);
    expect([...(await eye(gpu.device, 2).toArray())]).toEqual([1, 0, 0, 1]);
  });
});

describe('from', () => {
  it.each([
    [3, []],
    [[1, 2, 3], [3]],
    [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [3, 2],
    ],
    [
      [[[1, 2]], [[3, 4]]],
      [2, 1, 2],
    ],
    [[], [0]],
    [
      [[], []],
      [2, 0],
    ],
  ])('%j has the shape %j', async (nested, shape) => {
    const x = from(gpu.device, nested);
    expect(x.shape).toEqual(shape);
    expect([...(await x.toArray())]).toEqual([nested].flat(9));
  });

  it('makes labels, too', async () => {
    const labels = from(gpu.device, [3, 0, 9], 'u32');
    expect(labels.dtype).toBe('u32');
    expect(await labels.toArray()).toEqual(Uint32Array.of(3, 0, 9));
  });

  it.each([
    [[[1, 2], [3]], 1],
    [[[1], [2, 3]], 1],
    [[1, [2]], 1],
    [[[1], 2], 1],
    [[[], [1]], 1],
    [
      [
        [[1], [2]],
        [[1, 2], [3]],
      ],
      2,
    ],
  ])('refuses %j', (nested, depth) => {
    expect(() => from(gpu.device, nested)).toThrow(
      new ShapeError('from', `ragged arrays; all arrays at depth ${depth} must have the same length`),
    );
  });
});

describe('fromArray', () => {
  it('takes values in row-major order, and its type from theirs', async () => {
    expect(fromArray(gpu.device, Float32Array.of(1, 2), [2, 1])).toMatchObject({
      dtype: 'f32',
      shape: [2, 1],
    });
    expect(fromArray(gpu.device, Uint32Array.of(1, 2), [2]).dtype).toBe('u32');
    const part = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    expect(await fromArray(gpu.device, part, [2]).toArray()).toEqual(Float32Array.of(2, 3));
  });

  it('does not change when the array does', async () => {
    const values = Float32Array.of(1, 2);
    const shape = [2];
    const x = fromArray(gpu.device, values, shape);
    values.fill(9);
    shape[0] = 1;
    expect(await x.toArray()).toEqual(Float32Array.of(1, 2));
    expect(x.shape).toEqual([2]);
  });

  it.each([
    [['1', '2'], "from: values[0] is '1'; it must be a number"],
    ['12', "from: values is '12'; it must be a number"],
    [[[1], [undefined]], 'from: values[1][0] is undefined; it must be a number'],
    [undefined, 'from: values is undefined; it must be a number'],
  ])('refuses %j, which are no numbers, instead of looking for them for ever', (values, message) => {
    expect(() => from(gpu.device, values as never)).toThrow(message);
  });

  it.each([-1, 1.5, 2 ** 32, Number.NaN])(
    'refuses %d as an unsigned integer, which would be wrapped',
    (value) => {
      const remedy = 'it must be a whole number of at least 0 and at most 4294967295';
      expect(() => from(gpu.device, [0, value], 'u32')).toThrow(`from: values[1] is ${value}; ${remedy}`);
      expect(() => full(gpu.device, [2], value, 'u32')).toThrow(`full: value is ${value}; ${remedy}`);
    },
  );

  it('refuses another number of values, and what is not a shape', () => {
    expect(() => fromArray(gpu.device, new Float32Array(5), [2, 3])).toThrow(
      new ShapeError('fromArray', 'shape [2, 3] needs 6 values, got 5'),
    );
    expect(() => fromArray(gpu.device, new Float32Array(4), [-2, -2])).toThrow(
      'fromArray: [-2, -2] is not a shape',
    );
  });
});

describe.each([
  ['randn', randn, normalValues],
  ['uniform', uniform, uniformValues],
] as const)('%s', (name, create, values) => {
  it('gives the numbers of a seed and a stream, whatever was drawn before', async () => {
    const first = await create(gpu.device, [2, 50], { seed: 1, stream: 2 }).toArray();
    create(gpu.device, [7]);
    expect(await create(gpu.device, [100], { seed: 1, stream: 2 }).toArray()).toEqual(first);
    expect(first).toEqual(values(100, 1, 2));
  });

  it("takes the device's seed, and a stream that was not used before", async () => {
    const stream = { stream: 9 };
    expect(await create(gpu.device, [10], stream).toArray()).toEqual(values(10, 5, 9));
    const [a, b] = [create(gpu.device, [10]), create(gpu.device, [10])];
    expect(await a.toArray()).not.toEqual(await b.toArray());
  });

  it('refuses what is not a shape, by name', () => {
    expect(() => create(gpu.device, [-1])).toThrow(`${name}: [-1] is not a shape`);
  });
});

describe('the parameters of a distribution', () => {
  it('are passed on', async () => {
    const options = { seed: 3, stream: 4 };
    expect(await randn(gpu.device, [10], { ...options, mean: 2, std: 3 }).toArray()).toEqual(
      normalValues(10, 3, 4, 2, 3),
    );
    expect(await uniform(gpu.device, [10], { ...options, low: -1, high: 5 }).toArray()).toEqual(
      uniformValues(10, 3, 4, -1, 5),
    );
  });
});

describe('two devices of one seed', () => {
  const [a, b] = [useDevice({ seed: 11 }), useDevice({ seed: 11 })];
  it('draw the same numbers', async () => {
    const draws = [a, b].map(({ device }) => [randn(device, [5]), uniform(device, [5])]);
    const [first, second] = await Promise.all(
      draws.map((tensors) => Promise.all(tensors.map((tensor) => tensor.toArray()))),
    );
    expect(first).toEqual(second);
    expect(first[1]).toEqual(uniformValues(5, 11, 1));
  });
});
