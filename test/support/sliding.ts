/** Convolutions whose windows move by single rows and columns, by a variant and by the specification, on whole numbers. */
import type { Device } from '../../src/gpu/device.js';
import { cast } from '../../src/kernels/elementwise/cast.js';
import { type ConvolutionChoice, conv2d, conv2dInputGradient } from '../../src/kernels/products/conv2d.js';
import { type WindowOptions, windowedSize, windowOf } from '../../src/tensor/shape.js';
import { upload } from './expect-op.js';
import { whole64 } from './in-fours.js';

export interface SlidingCase {
  readonly name: string;
  readonly input: readonly number[];
  readonly weight: readonly number[];
  readonly window: WindowOptions;
}

/** What a choice makes of it, and the same by the specification: y with its bias and ReLU, and dx with its mask. */
export function directions(
  device: Device,
  { input, weight, window: options }: SlidingCase,
  choice: ConvolutionChoice,
  as: 'f32' | 'f16' = 'f32',
) {
  const window = windowOf('conv2d', options);
  const stored = (shape: readonly number[], seed: number) => cast(upload(device, whole64(shape, seed)), as);
  const [height, width] = windowedSize('conv2d', [input[2]!, input[3]!], window);
  const x = stored(input, 1);
  const dy = stored([input[0]!, weight[0]!, height, width], 2);
  const [filters, bias] = [weight, [weight[0]!]].map((shape, seed) =>
    upload(device, whole64(shape, 3 + seed)),
  );
  return [choice, { ...choice, variant: 'specification' } as const].map(async (choice) => {
    const y = conv2d(x, filters!, bias!, window, true, choice);
    const dx = conv2dInputGradient(dy, filters!, input, window, x, choice);
    return [await y.toArray(), await dx.toArray()];
  });
}
