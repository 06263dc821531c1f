import type { Point, Polyline } from './shapes.js';

/** Red, green and blue, each 0..255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** A small picture in floats, drawn over in layers and turned into bytes once, at the end. Lengths are in pixels. */
export class Canvas {
  readonly size: number;
  /** `[3, size, size]` */
  readonly pixels: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.pixels = new Float64Array(3 * size * size);
  }

  /** Covers everything: `from` at the left or top edge, blending evenly to `to` along the unit vector `direction`. */
  gradient(from: Colour, to: Colour, direction: Point): void {
    const half = (this.size - 1) / 2;
    this.paint([0, 0], [this.size - 1, this.size - 1], (x, y, pixel, plane) => {
      const along = ((x - half) * direction[0] + (y - half) * direction[1]) / this.size;
      for (let c = 0; c < 3; c++) {
        this.pixels[c * plane + pixel] = from[c]! + (to[c]! - from[c]!) * (along + 0.5);
      }
    });
  }

  /** A line of even width with round ends and corners, its edge softened over one pixel. */
  stroke(line: Polyline, width: number, colour: Colour): void {
    this.blend(line, width / 2 + 1, colour, (x, y) => {
      let nearest = Infinity;
      for (let i = 1; i < line.length; i++) {
        nearest = Math.min(nearest, squaredDistance(x, y, line[i - 1]!, line[i]!));
      }
      return width / 2 + 0.5 - Math.sqrt(nearest);
    });
  }

  /** A disc that fades from `opacity` at its centre to nothing at its edge. */
  blob(centre: Point, radius: number, opacity: number, colour: Colour): void {
    this.blend([centre], radius, colour, (x, y) => {
      const squared = squaredDistance(x, y, centre, centre) / radius ** 2;
      return opacity * (1 - squared);
    });
  }

  /** Mixes `colour` into every pixel within `margin` of the points' bounding box, by `cover` clipped to 0..1. */
  private blend(
    points: Polyline,
    margin: number,
    colour: Colour,
    cover: (x: number, y: number) => number,
  ): void {
    const xs = points.map(([x]) => x);
    const ys = points.map(([, y]) => y);
    const first: Point = [Math.min(...xs) - margin, Math.min(...ys) - margin];
    const last: Point = [Math.max(...xs) + margin, Math.max(...ys) + margin];
    this.paint(first, last, (x, y, pixel, plane) => {
      const opacity = Math.min(1, cover(x, y));
      if (opacity <= 0) return;
      for (let c = 0; c < 3; c++) {
        const at = c * plane + pixel;
        this.pixels[at]! += (colour[c]! - this.pixels[at]!) * opacity;
      }
    });
  }

  /** Calls `visit` for each pixel of a rectangle, clipped to the canvas. */
  private paint(
    first: Point,
    last: Point,
    visit: (x: number, y: number, pixel: number, plane: number) => void,
  ): void {
    const edge = this.size - 1;
    const right = Math.min(edge, Math.floor(last[0]));
    const bottom = Math.min(edge, Math.floor(last[1]));
    for (let y = Math.max(0, Math.ceil(first[1])); y <= bottom; y++) {
      for (let x = Math.max(0, Math.ceil(first[0])); x <= right; x++) {
        visit(x, y, y * this.size + x, this.size * this.size);
      }
    }
  }
}

/** From (x, y) to the nearest point of the segment a-b. */
function squaredDistance(x: number, y: number, a: Point, b: Point): number {
  const abx = b[0] - a[0];
  const aby = b[1] - a[1];
  const apx = x - a[0];
  const apy = y - a[1];
  const length = abx * abx + aby * aby;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, (apx * abx + apy * aby) / length));
  return (apx - along * abx) ** 2 + (apy - along * aby) ** 2;
}
