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
