/** Workgroups along x, y, z. */
export type Grid = readonly [number, number, number];

/** Workgroups along a dimension of a grid that WebGPU promises; hardly a device allows more. */
export const MOST_WORKGROUPS = 65535;

/** Parameters of a kernel that can be launched in pieces: the place in the whole grid of a launch's first workgroup. */
export const firstTile = { first_tile_x: 'u32', first_tile_y: 'u32', first_tile_z: 'u32' } as const;

type FirstTile = Readonly<Record<keyof typeof firstTile, number>>;

/** These, for a launch that begins where the grid does. */
export const FROM_START: FirstTile = { first_tile_x: 0, first_tile_y: 0, first_tile_z: 0 };

/** A part of a grid, for a launch of its own. */
export interface Piece {
  /** Where it begins. */
  readonly first: FirstTile;
  readonly grid: Grid;
  /** How much of the whole grid it is, from 0 to 1. */
  readonly share: number;
}

/** A grid in pieces of at most `most` workgroups a dimension: in one, unless it has more than a device allows. */
export function piecesOf(grid: Grid, most: number): Piece[] {
  if (grid.every((count) => count <= most)) return [{ first: FROM_START, grid, share: 1 }];
  const starts = grid.map((count) => Array.from({ length: Math.ceil(count / most) }, (_, i) => i * most));
  const [alongX, alongY, alongZ] = starts as [number[], number[], number[]];
  const left = (axis: 0 | 1 | 2, first: number) => Math.min(most, grid[axis] - first);
  const all = grid[0] * grid[1] * grid[2];
  return alongZ.flatMap((z) =>
    alongY.flatMap((y) =>
      alongX.map((x) => {
        const piece = [left(0, x), left(1, y), left(2, z)] as const;
        const first = { first_tile_x: x, first_tile_y: y, first_tile_z: z };
        return { first, grid: piece, share: (piece[0] * piece[1] * piece[2]) / all };
      }),
    ),
  );
}
