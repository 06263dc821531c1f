import { describe, expect, it } from 'vitest';
import { HintonCnn } from '../../../src/nn/models/hinton-cnn.js';
import type { ModelOptions } from '../../../src/nn/models/model.js';
import { useDevice } from '../../support/device.js';

const gpu = useDevice();

const build = (options: ModelOptions = {}) => new HintonCnn(gpu.device, options);
const layers = (options: ModelOptions) => [
  ...build({ width: 0.05, ...options })
    .children()
    .keys(),
];
const parameters = (options: ModelOptions) =>
  build(options)
    .parameters()
    .reduce((sum, { size }) => sum + size, 0);

/** 5x5 convolutions from 3 and twice from 64 maps to 64: weights and biases. */
const CONVOLUTIONS = 25 * 3 * 64 + 64 + 2 * (25 * 64 * 64 + 64);

describe("Hinton's CNN", () => {
  // 32 x 32 pixels are pooled to 16 x 16, 8 x 8 and 4 x 4: 16 positions, each with 3x3 filters and biases of its own.
  it.each([
    // 10 maps, one a class.
    [{ head: 'gap' }, CONVOLUTIONS + 16 * (10 * 9 * 64 + 10), 302_112],
    // 16 maps, and 16 * 16 values to 10 classes.
    [{ head: 'fc' }, CONVOLUTIONS + 16 * (16 * 9 * 64 + 16) + 256 * 10 + 10, 360_074],
    [{ head: 'fc-dropout' }, CONVOLUTIONS + 16 * (16 * 9 * 64 + 16) + 256 * 10 + 10, 360_074],
  ] as const)('with %j has %i parameters', (options, counted, expected) => {
    expect(counted).toBe(expected);
    expect(parameters(options)).toBe(expected);
  });

  it('has a dropout in one of its heads alone', () => {
    expect(layers({ head: 'gap' }).slice(-2)).toEqual(['relu', 'gap']);
    expect(layers({ head: 'fc' }).slice(-3)).toEqual(['relu', 'flatten', 'fc']);
    expect(layers({ head: 'fc-dropout' }).slice(-4)).toEqual(['relu', 'dropout', 'flatten', 'fc']);
  });

  it('may leave the ReLU out after class maps, but not after hidden ones', () => {
    expect(layers({ linearHead: true })).not.toContain('relu');
    expect(layers({ linearHead: true, head: 'fc' })).toContain('relu');
  });

  it('normalises with alpha 0.001 times the sum of nine squares', () => {
    const { options } = build({ width: 0.05 }).children().get('norm1') as unknown as {
      options: { alpha: number; size: number };
    };
    expect(options.alpha / options.size).toBeCloseTo(0.001, 12);
    expect(options.size).toBe(9);
  });
});
