import type { Random } from '../random.js';
import { Canvas, type Colour } from './canvas.js';
import type { Point, Polyline } from './shapes.js';

/**
 * How much a scene varies. Together these keep a linear classifier far from the answer and leave it within reach of a
 * small convolutional network; test/data/glyphs/linear.test.ts holds the first half to account.
 */
const VARIATION = {
  /** Turn of the glyph, radians either way. */
  rotation: 0.6,
  /** Half the side of the glyph's square, pixels. */
  scale: [7, 11],
  /** Slant and stretch, as a fraction. */
  shear: 0.15,
  /** Farthest shift of the glyph's centre from the image's, pixels either way. */
  shift: 5,
  /** Width of the glyph's strokes, pixels. */
  stroke: [1.8, 3.6],
  /** Least difference in lightness between the glyph and its background, of 255. */
  contrast: 70,
  /** Most blobs, and most stray strokes, behind the glyph. */
  blobs: 3,
  strays: 3,
  /** Standard deviation of the noise of each byte. */
  noise: [4, 16],
} as const;

const anyPoint = (random: Random, size: number): Point => [random.between(0, size), random.between(0, size)];

/** A colour of about the given lightness: its channels differ, their mean does not. */
function tint(random: Random, lightness: number, spread: number): Colour {
  const [r, g, b] = [random.between(-1, 1), random.between(-1, 1), random.between(-1, 1)];
  const mean = (r + g + b) / 3;
  return [lightness + spread * (r - mean), lightness + spread * (g - mean), lightness + spread * (b - mean)];
}

/** Turns, slants, scales and moves a shape to its place on the canvas. */
function place(random: Random, shape: readonly Polyline[], size: number): Polyline[] {
  const { rotation, scale, shear, shift } = VARIATION;
  const angle = random.between(-rotation, rotation);
  const slant = random.between(-shear, shear);
  const grown = random.between(scale[0], scale[1]);
  const [sx, sy] = [grown * (1 + random.between(-shear, shear)), grown * (1 + random.between(-shear, shear))];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const centre = (size - 1) / 2;
  const [dx, dy] = [centre + random.between(-shift, shift), centre + random.between(-shift, shift)];
  return shape.map((line) =>
    line.map(([x, y]): Point => {
      const u = sx * (x + slant * y);
      const v = sy * y;
      return [dx + cos * u - sin * v, dy + sin * u + cos * v];
    }),
  );
}

/**
 * Draws one image of `shape`: a shaded background, blobs and stray strokes, the glyph, noise.
 * @param pixels the image's bytes, `[3, size, size]`
 */
export function drawScene(
  random: Random,
  shape: readonly Polyline[],
  size: number,
  pixels: Uint8Array,
): void {
  const { contrast, blobs, strays, stroke, noise } = VARIATION;
  const canvas = new Canvas(size);
  const behind = random.between(20, 225 - contrast);
  const front = random.between(behind + contrast, 245);

  const angle = random.between(-Math.PI, Math.PI);
  const shade = random.between(0, 25);
  canvas.gradient(tint(random, behind - shade, 60), tint(random, behind + shade, 60), [
    Math.cos(angle),
    Math.sin(angle),
  ]);
  for (let left = random.below(blobs + 1); left > 0; left--) {
    const colour = tint(random, random.between(behind - 40, front), 90);
    canvas.blob(anyPoint(random, size), random.between(3, 9), random.between(0.3, 0.9), colour);
  }
  for (let left = random.below(strays + 1); left > 0; left--) {
    const [x, y] = anyPoint(random, size);
    const [dx, dy] = [random.between(-6, 6), random.between(-6, 6)];
    const line: Polyline = [
      [x - dx, y - dy],
      [x + dx, y + dy],
    ];
    canvas.stroke(line, random.between(1, 2.5), tint(random, random.between(behind - 40, front), 90));
  }
  const width = random.between(stroke[0], stroke[1]);
  const colour = tint(random, front, 60);
  for (const line of place(random, shape, size)) canvas.stroke(line, width, colour);

  const deviation = random.between(noise[0], noise[1]);
  for (let i = 0; i < pixels.length; i++) {
    const value = canvas.pixels[i]! + deviation * random.bell();
    pixels[i] = Math.round(Math.min(255, Math.max(0, value)));
  }
}
