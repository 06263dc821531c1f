import { describe, it } from 'vitest';
import { col2im, im2col } from '../../../src/kernels/products/im2col.js';
import { zeros } from '../../../src/tensor/create.js';
import { windowOf } from '../../../src/tensor/shape.js';
import { fixtureCases } from '../../fixtures/index.js';
import * as reference from '../../reference/im2col.js';
import { random64 } from '../../reference/random.js';
import { useDevice } from '../../support/device.js';
import { expectTensor, SINGLE, upload } from '../../support/expect-op.js';
import { convolutionCases } from '../../support/shapes.js';

describe('im2col and col2im', () => {
  const gpu = useDevice();

  it.each(convolutionCases)('agree with the reference: $name', async ({ input, kernel, ...geometry }) => {
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
      const window = windowOf('im2col', { kernelSize: options.kernel, ...options });
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

  it('work on some images of a batch', async () => {
    const window = windowOf('im2col', { kernelSize: 2 });
    const batch = random64([5, 2, 4, 3], 3);
    const size = batch.data.length / 5;
    const some = { shape: [2, 2, 4, 3], data: batch.data.slice(size, 3 * size) };
    const geometry = { stride: [1, 1], padding: [0, 0], dilation: [1, 1] } as const;
    const unfolded = im2col(upload(gpu.device, batch), window, { first: 1, count: 2 });
    await expectTensor(unfolded, reference.im2col(some, [2, 2], geometry), {
      ...SINGLE,
      label: 'images 1 and 2',
    });
  });
});
