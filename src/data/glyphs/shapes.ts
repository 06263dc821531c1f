/**
 * The ten shapes, as lines through points of the square -1..1, x to the right and y down. No two become alike when they
 * are turned by the angles that a scene uses.
 */

export type Point = readonly [x: number, y: number];

/** Points joined in order by straight lines. */
export type Polyline = readonly Point[];

/** Points on a curve around the origin whose radius goes evenly from one value to the other; angles in full turns. */
function curve(radius: Point, turn: Point, steps: number): Polyline {
  return Array.from({ length: steps + 1 }, (_, step) => {
    const t = step / steps;
    const r = radius[0] + (radius[1] - radius[0]) * t;
    const angle = 2 * Math.PI * (turn[0] + (turn[1] - turn[0]) * t);
    return [r * Math.cos(angle), r * Math.sin(angle)];
  });
}

/** The polyline through the given points, their coordinates in a row: x, y, x, y, ... */
const line = (...coordinates: readonly number[]): Polyline =>
  Array.from({ length: coordinates.length / 2 }, (_, i) => [coordinates[2 * i]!, coordinates[2 * i + 1]!]);

export const SHAPES: Readonly<Record<string, readonly Polyline[]>> = {
  ring: [curve([0.85, 0.85], [0, 1], 20)],
  triangle: [curve([1, 1], [-0.25, 0.75], 3)],
  square: [curve([1, 1], [0.125, 1.125], 4)],
  cross: [line(-0.9, 0, 0.9, 0), line(0, -0.9, 0, 0.9)],
  tee: [line(-0.8, -0.85, 0.8, -0.85), line(0, -0.85, 0, 0.9)],
  wye: [line(-0.75, -0.9, 0, 0, 0.75, -0.9), line(0, 0, 0, 0.95)],
  aitch: [line(-0.65, -0.85, -0.65, 0.85), line(0.65, -0.85, 0.65, 0.85), line(-0.65, 0, 0.65, 0)],
  zed: [line(-0.7, -0.8, 0.7, -0.8, -0.7, 0.8, 0.7, 0.8)],
  arrow: [line(-0.95, 0, 0.9, 0), line(0.3, -0.65, 0.9, 0, 0.3, 0.65)],
  spiral: [curve([0.05, 0.95], [0, 1.75], 24)],
};

/** The names of the classes; a label is an index into it. */
export const CLASSES: readonly string[] = Object.keys(SHAPES);
