/** An image in host memory, as bytes. */
export interface DecodedImage {
  /** 1: grey; 3: red, green and blue. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** `[channels, height, width]`, 0..255. */
  readonly pixels: Uint8Array;
}
