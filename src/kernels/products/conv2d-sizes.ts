import { type Shape, sizeOf, type Window, windowedSize } from '../../tensor/shape.js';

/** Sizes of a convolution. */
export type Sizes = ReturnType<typeof sizesOf>;

export function sizesOf(
  [images = 0, channels = 0, height = 0, width = 0]: Shape,
  weight: Shape,
  window: Window,
) {
  const [outHeight, outWidth] = windowedSize('conv2d', [height, width], window);
  const [outputs = 0, groupChannels = 0] = weight;
  const groups = groupChannels > 0 ? channels / groupChannels : 1;
  const taps = sizeOf(window.kernel);
  return {
    images,
    channels,
    outputs,
    groups,
    groupChannels,
    groupOutputs: outputs / groups,
    height,
    width,
    outHeight,
    outWidth,
    taps,
    depth: groupChannels * taps,
    pixels: height * width,
    positions: outHeight * outWidth,
  };
}

/** From group to group, where there are several. */
export const batchOf = ({ groups }: Sizes, elements: number): { batch?: number } =>
  groups > 1 ? { batch: elements } : {};

/** What shaders are told that go through the windows themselves, in this order. */
export const windowParams = {
  height: 'u32',
  width: 'u32',
  out_height: 'u32',
  out_width: 'u32',
  kernel_height: 'u32',
  kernel_width: 'u32',
  stride_y: 'u32',
  stride_x: 'u32',
  padding_y: 'u32',
  padding_x: 'u32',
  dilation_y: 'u32',
  dilation_x: 'u32',
} as const;

export const windowParamsOf = (
  { height, width, outHeight, outWidth }: Sizes,
  { kernel, stride, padding, dilation }: Window,
): Readonly<Record<keyof typeof windowParams, number>> => ({
  height,
  width,
  out_height: outHeight,
  out_width: outWidth,
  kernel_height: kernel[0],
  kernel_width: kernel[1],
  stride_y: stride[0],
  stride_x: stride[1],
  padding_y: padding[0],
  padding_x: padding[1],
  dilation_y: dilation[0],
  dilation_x: dilation[1],
});
