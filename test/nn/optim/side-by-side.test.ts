import { expect, it } from 'vitest';
import { constant } from '../../../src/nn/init.js';
import { sideBySide } from '../../../src/nn/optim/side-by-side.js';
import { Parameter } from '../../../src/nn/parameter.js';
import { useDevice } from '../../support/device.js';

const gpu = useDevice();

it('parameters are moved into as many buffers as their sizes take', async () => {
  const { device } = gpu;
  const sizes = [10, 100, 64, 0, 500, 3];
  const parameters = sizes.map((size, index) => new Parameter(device, [size], constant(index)));
  const flats = sideBySide(device, parameters, 256);
  const places = flats.map(({ members }) => members.map(({ parameter, start }) => [parameter.size, start]));
  expect(places).toEqual([
    [
      [10, 0],
      [100, 64],
      [64, 192],
    ],
    [[0, 0]],
    [[500, 0]],
    [[3, 0]],
  ]);
  expect(new Set(parameters.slice(0, 3).map(({ buffer }) => buffer)).size).toBe(1);
  for (const [index, parameter] of parameters.entries()) {
    expect(await parameter.toArray()).toEqual(new Float32Array(sizes[index]!).fill(index));
  }
});
