import { describe, expect, it } from 'vitest';
import { col2im, im2col, wholeOf } from '../../../src/kernels/products/im2col.js';
import { full, zeros } from '../../../src/tensor/create.js';
import { windowOf } from '../../../src/tensor/shape.js';
import { fixtureCases } from '../../fixtures/index.js';
import { array64 } from '../../reference/array.js';
import * as reference from '../../reference/im2col.js';
import { random64 } from '../../reference/random.js';
import { useDevice } from '../../support/device.js';
import { expectTensor, SINGLE, upload } from '../../support/expect-op.js';
import { convolutionCases } from '../../support/shapes.js';

describe('im2col and col2im', () => {
  const gpu = useDevice();

  it.each(convolutionCases)('agree with the reference: $name', async (convolution) => {
    const { name: _, input, outputs: __, kernel, ...geometry } = convolution;
    const window = windowOf('im2col', { kernelSize: kernel, ...geometry });
    const image = random64(input, 1);
    const unfolded = reference.im2col(image, kernel, geometry);
    await expectTensor(im2col(upload(gpu.device, image), window), unfolded, { ...SINGLE, label: 'im2col' });

    const columns = random64(unfolded.shape, 2);
    const folded = col2im(upload(gpu.device, columns), zeros(gpu.device, input), window);
    const expected = reference.col2im(columns, input, kernel, geometry);
    await expectTensor(folded, expected, { ...SINGLE, label: 'col2im' });
  });

  it.each(fixtureCases('im2col'))(
    'agree with PyTorch: $name',
    async ({ inputs, outputs, gradients, options }) => {
      const { kernel, ...rest } = options;
      const window = windowOf('im2col', { kernelSize: kernel, ...rest });
      const image = upload(gpu.device, inputs.image);
      await expectTensor(im2col(image, window), outputs.output, { ...SINGLE, label: 'im2col' });
      const folded = col2im(
        upload(gpu.device, inputs.dOutput),
        zeros(gpu.device, inputs.image.shape),
        window,
      );
      await expectTensor(folded, gradients.dImage, { ...SINGLE, label: 'col2im' });
    },
  );

  it('work on some images of a batch, some channels and some taps', async () => {
    const window = windowOf('im2col', { kernelSize: [2, 3], padding: 1 });
    const geometry = { stride: [1, 1], padding: [1, 1], dilation: [1, 1] } as const;
    const batch = random64([3, 4, 4, 5], 3);
    const [images, channels, taps] = [
      { first: 1, count: 2 },
      { first: 2, count: 2 },
      { first: 2, count: 3 },
    ] as const;
    const whole = reference.im2col(batch, [2, 3], geometry);
    const positions = whole.shape[2]!;
    const expected = array64([2, 2 * 3, positions]);
    expected.data.forEach((_, i) => {
      const [image, row, position] = [
        Math.floor(i / (6 * positions)),
        Math.floor(i / positions) % 6,
        i % positions,
      ];
      const from = (2 + Math.floor(row / 3)) * 6 + 2 + (row % 3);
      expected.data[i] = whole.data[((1 + image) * 24 + from) * positions + position]!;
    });
    const part = { images, channels, taps };
    await expectTensor(im2col(upload(gpu.device, batch), window, part), expected, {
      ...SINGLE,
      label: 'a part',
    });
  });

  it('fold the taps of a window in several parts, to the same bits', async () => {
    const window = windowOf('im2col', { kernelSize: [2, 3], padding: 1 });
    const shape = [2, 2, 4, 5];
    const image = upload(gpu.device, random64(shape, 3));
    const whole = wholeOf(shape, window);
    const columns = im2col(image, window);
    const folded = await col2im(columns, zeros(gpu.device, shape), window).toArray();
    const inParts = full(gpu.device, shape, 7);
    for (const taps of [
      { first: 0, count: 4 },
      { first: 4, count: 1 },
      { first: 5, count: 1 },
    ]) {
      const part = { ...whole, taps };
      col2im(im2col(image, window, part), inParts, window, part);
    }
    expect(await inParts.toArray()).toEqual(folded);
  });
});
