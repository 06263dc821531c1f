import { describe, expect, it } from 'vitest';
import { broadcastShape } from '../reference/elementwise.js';
import { convolutionOutputSize } from '../reference/im2col.js';
import { pooledShape } from '../reference/pool-window.js';
import * as shapes from './shapes.js';

describe('the table of shapes', () => {
  it.each(Object.entries(shapes).filter(([, cases]) => Array.isArray(cases)))(
    '%s have distinct names',
    (_, cases) => {
      const names = (cases as { name: string }[]).map(({ name }) => name);
      expect(names.length).toBeGreaterThan(0);
      expect(new Set(names).size).toBe(names.length);
    },
  );

  it.each(shapes.convolutionCases)('convolution has an output: $name', ({ input, kernel, ...geometry }) => {
    expect(convolutionOutputSize(input[2], kernel[0], geometry, 0)).toBeGreaterThan(0);
    expect(convolutionOutputSize(input[3], kernel[1], geometry, 1)).toBeGreaterThan(0);
  });

  it.each(shapes.poolCases)(
    'pool has an output, its padding at most half its kernel: $name',
    ({ input, ...geometry }) => {
      expect(Math.min(...pooledShape(input, geometry))).toBeGreaterThan(0);
      for (const axis of [0, 1])
        expect(geometry.padding[axis]).toBeLessThanOrEqual(geometry.kernel[axis] / 2);
    },
  );

  it.each(shapes.broadcastCases)('broadcasts: $name', ({ a, b }) => {
    expect(broadcastShape(a, b)).toEqual(broadcastShape(b, a));
  });

  it.each(shapes.unbroadcastableCases)('does not broadcast: $name', ({ a, b }) => {
    expect(() => broadcastShape(a, b)).toThrow('cannot broadcast');
  });
});
