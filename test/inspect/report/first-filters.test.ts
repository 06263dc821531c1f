import { describe, expect, it } from 'vitest';
import { firstFilters } from '../../../src/inspect/report/first-filters.js';
import type { Checkpoint } from '../../../src/train/checkpoints/checkpoint.js';

/** A checkpoint of which nothing but these tensors is looked at. */
const checkpointOf = (average: boolean, ...tensors: [string, number[], number[]][]): Checkpoint =>
  ({
    config: { average: average && { name: 'ema' } },
    tensors: new Map(
      tensors.map(([name, shape, values]) => [name, { shape, values: Float32Array.from(values) }]),
    ),
  }) as unknown as Checkpoint;

describe('the filters of the first layer', () => {
  it('are drawn each to its own scale, 0 grey', () => {
    const filters = firstFilters(
      checkpointOf(
        false,
        ['model.conv.weight', [2, 1, 1, 3], [0, 3, -3, 0.5, -1, 0]],
        ['model.conv.bias', [2], [1, 1]],
      ),
    )!;
    expect(filters.weight).toBe('conv.weight');
    const colours = filters.filters.map(({ picture }) =>
      [0, 1, 2].map((pixel) => picture.colourOf(pixel)[0]),
    );
    expect(colours).toEqual([
      [127.5, 255, 0],
      [191.25, 0, 127.5],
    ]);
    expect(filters.filters.map(({ norm }) => norm)).toEqual([Math.hypot(3, 3), Math.hypot(0.5, 1)]);
  });

  it('have colours where the images have', () => {
    const [only] = firstFilters(
      checkpointOf(false, ['model.conv.weight', [1, 3, 1, 1], [1, 0, -1]]),
    )!.filters;
    expect(only!.picture.colourOf(0)).toEqual([255, 127.5, 0]);
  });

  it('are grey where nothing was learned', () => {
    const [only] = firstFilters(checkpointOf(false, ['model.conv.weight', [1, 1, 1, 1], [0]]))!.filters;
    expect(only!.picture.colourOf(0)).toEqual([127.5, 127.5, 127.5]);
  });

  it('are those of the averaged net, where a run averages', () => {
    const found = firstFilters(
      checkpointOf(true, ['model.a.weight', [1, 1, 1, 1], [1]], ['average.a.weight', [1, 1, 1, 1], [-7]]),
    );
    expect(found!.filters[0]!.norm).toBe(7);
  });

  it.each([
    ['a fully connected layer', [4, 9]],
    ['a convolution of maps', [4, 96, 1, 1]],
  ])('are not those of %s', (_, shape) => {
    const size = shape.reduce((product, length) => product * length, 1);
    expect(
      firstFilters(checkpointOf(false, ['model.a.weight', shape, new Array<number>(size).fill(0)])),
    ).toBe(undefined);
  });
});
