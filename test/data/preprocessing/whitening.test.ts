import { describe, expect, it } from 'vitest';
import { take } from '../../../src/data/dataset.js';
import { Preprocessing } from '../../../src/data/preprocessing/preprocessing.js';
import { type Array64, array64 } from '../../reference/array.js';
import { globalContrast } from '../../reference/contrast.js';
import { symmetricEigen } from '../../reference/eigen.js';
import * as reference from '../../reference/whitening.js';
import { expectClose } from '../../support/close.js';
import { useDevice } from '../../support/device.js';
import { naturalImages } from './natural-images.js';

/** The rows that whitening is given after global contrast normalisation. */
function rowsOf({ count, channels, height, width, pixels }: ReturnType<typeof naturalImages>): Array64 {
  const images = array64(
    [count, channels, height, width],
    Float64Array.from(pixels, (byte) => byte / 255),
  );
  return array64([count, channels * height * width], globalContrast(images, 55).data);
}

describe('zca', () => {
  const gpu = useDevice();
  const set = naturalImages(1500, [3, 6, 7]);
  const rows = rowsOf(set);
  const epsilon = 0.1;
  const spec = [{ name: 'gcn' }, { name: 'zca', epsilon }] as const;
  const expected = reference.zca(rows, epsilon);

  it('learns the mean and the whitening matrix that an eigendecomposition gives', async () => {
    const state = (await Preprocessing.fit(gpu.device, spec, set)).state();
    expect([...state].map(([name, { shape }]) => [name, shape])).toEqual([
      ['1.zca.mean', [126]],
      ['1.zca.matrix', [126, 126]],
    ]);
    expectClose(state.get('1.zca.mean')!.values, expected.mean.data, {
      relative: 0,
      absolute: 1e-5,
      label: 'mean',
    });
    // Relative to its norm, 1 / sqrt(epsilon). Single precision takes half of 6e-8 times the condition, some thousand here.
    expectClose(state.get('1.zca.matrix')!.values, expected.matrix.data, {
      relative: 0,
      absolute: 1e-4 / Math.sqrt(epsilon),
      label: 'matrix',
    });
  });

  it('gives images the covariance P C P, which is the identity but where images hardly differ', async () => {
    const preprocessing = await Preprocessing.fit(gpu.device, spec, set);
    const white = await preprocessing.apply(gpu.device, set);
    expectClose(white.pixels, expected.y.data, { relative: 0, absolute: 1e-3, label: 'whitened images' });
    const covariance = reference.covarianceOfRows(array64(rows.shape, white.pixels));
    expectClose(covariance.data, expected.shrunk.data, { relative: 0, absolute: 1e-4, label: 'P C P' });
  });

  it('gives the identity, to 1 %, where epsilon is a hundredth of the least variance', async () => {
    const small = naturalImages(1500, [1, 5, 5], 3);
    const numbers = array64(
      [1500, 25],
      Float64Array.from(small.pixels, (byte) => byte / 255),
    );
    const least = Math.min(...symmetricEigen(reference.covarianceOfRows(numbers)).values);
    const whitened = await Preprocessing.fit(gpu.device, [{ name: 'zca', epsilon: least / 100 }], small);
    const { pixels } = await whitened.apply(gpu.device, small);
    const { data } = reference.covarianceOfRows(array64([1500, 25], pixels));
    const identity = data.map((_, i) => (i % 26 === 0 ? 1 : 0));
    expectClose(data, identity, { relative: 0, absolute: 0.01, label: 'covariance' });
  });

  it('whitens other images with what it learned from the training images', async () => {
    const train = take(set, 0, 1200);
    const preprocessing = await Preprocessing.fit(gpu.device, spec, train);
    const learned = reference.zca(rowsOf(train), epsilon);
    const other = take(set, 1200, 1203);
    const { pixels } = await preprocessing.apply(gpu.device, other);
    const features = rows.shape[1];
    for (let image = 0; image < 3; image++) {
      const centred = Array.from(
        rowsOf(other).data.subarray(image * features, (image + 1) * features),
        (value, i) => value - learned.mean.data[i],
      );
      const wanted = centred.map((_, j) =>
        centred.reduce((sum, value, i) => sum + value * learned.matrix.data[i * features + j], 0),
      );
      const found = pixels.subarray(image * features, (image + 1) * features);
      expectClose(found, wanted, { relative: 0, absolute: 1e-3, label: `image ${image}` });
    }
  });

  it('gives the same bits again', async () => {
    const few = take(set, 0, 300);
    const matrices = [];
    for (let time = 0; time < 2; time++) {
      matrices.push((await Preprocessing.fit(gpu.device, spec, few)).state().get('1.zca.matrix')!.values);
    }
    expect(matrices[1]).toEqual(matrices[0]);
  });
});

describe('zca on a device of minimum limits', () => {
  const gpu = useDevice({ limits: 'minimum' });

  it('refuses images whose matrix does not fit, before it begins', async () => {
    const large = { ...naturalImages(1, [1, 1, 1]), height: 80, width: 80, pixels: new Uint8Array(6400) };
    await expect(Preprocessing.fit(gpu.device, [{ name: 'zca' }], large)).rejects.toThrow(
      'zca: images of 6400 features take a matrix of 163840000 bytes, this device allows 134217728 in one buffer',
    );
  });
});
