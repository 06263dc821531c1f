import fc from 'fast-check';

const pairOf = (least: number, most: number) =>
  fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }));

/** Images [N, C, H, W] and pooling windows that fit into them: any stride, padding of at most half the kernel. */
export const poolGeometries = fc
  .record({
    images: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 })),
    kernel: pairOf(1, 4),
    stride: pairOf(1, 5),
    halves: pairOf(0, 1),
    room: pairOf(0, 9),
    ceilMode: fc.boolean(),
  })
  .map(({ images, kernel, stride, halves, room, ceilMode }) => ({
    input: [...images, kernel[0] + room[0], kernel[1] + room[1]] as const,
    kernel,
    stride,
    padding: [halves[0] * Math.floor(kernel[0] / 2), halves[1] * Math.floor(kernel[1] / 2)] as const,
    ceilMode,
  }));
