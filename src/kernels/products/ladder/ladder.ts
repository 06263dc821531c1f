import { broadcast, stacked } from './broadcast.js';
import { matrixUnits } from './matrix-units.js';
import { naive } from './naive.js';
import type { Rung } from './rung.js';
import { specification } from './specification.js';
import { half, register, tiled, vectorised } from './tiles.js';

/**
 * The ladder: every way to compute a matrix product, from that of a textbook up. Each shader's header tells its idea in full.
 *
 * | rung                     | its one idea                                              | improves on      | for     | CPU  | GPU |
 * |--------------------------|-----------------------------------------------------------|------------------|---------|------|-----|
 * | `naive`                  | a thread for each element of c, of two plain matrices     |                  | readers | 0.79 | -   |
 * | `specification`          | the same for every stride, window and epilogue            | naive            | any     | 0.70 | -   |
 * | `tiled`                  | a workgroup shares what it loads, in memory of its own    | specification    | GPUs    | 3.0  | -   |
 * | `register64`             | a thread keeps 8 x 8 sums in registers                    | tiled            | GPUs    | 11   | 28  |
 * | `register128`            | the same in tiles of 128 rows, which load b less often    | register64       | GPUs    | 9.9  | -   |
 * | `vectorised64`           | four numbers at a time from and to storage, whatever may  | register64       | GPUs    | -    | -   |
 * | `vectorised64narrow`     | the same in tiles of 64 columns, for small products       | vectorised64     | GPUs    | -    | -   |
 * | `vectorised96`, `128`, `160` | tiles of other heights, which fit other numbers of rows   | vectorised64     | GPUs    | -    | -   |
 * | `half`                   | what a workgroup shares is rounded to half precision      | register64       | GPUs    | 13   | -   |
 * | `matrixUnits64`          | matrix units multiply 16 x 16 halves in one go            | half             | GPUs    |      | -   |
 * | `matrixUnits64narrow`    | the same in tiles of 64 columns, for small products       | matrixUnits64    | GPUs    |      | -   |
 * | `matrixUnits128`         | tiles of 128 rows, `wide`: and of 256 columns             | matrixUnits64    | GPUs    |      | -   |
 * | `...shallow`             | slices of 16 terms, not 32: less memory a workgroup       |                  | GPUs    |      | -   |
 * | `splitUnits64`, `128`    | each operand is the sum of two halves: three products     | matrixUnits64    | GPUs    |      | -   |
 * | `broadcast16`            | a subgroup hands rows of a from lane to lane              | specification    | CPUs    | 31   | -   |
 * | `broadcast32`            | the same in tiles of 32 rows                              | broadcast16      | CPUs    | 45   | -   |
 * | `broadcast64`            | the same in tiles of 64 rows                              | broadcast32      | CPUs    | 47   | -   |
 * | `stacked32`              | columns one above the other share rows of a window        | broadcast32      | CPUs    | -    | -   |
 * | `stacked64`              | the same in tiles of 64 rows                              | broadcast64      | CPUs    | -    | -   |
 *
 * CPUs are those that play GPU, by a software driver. The last columns are speeds, a dash where nothing was measured:
 *
 * - CPU: GFLOP/s of the fastest sample in three times `npm run bench -- 512x512x512 --precision medium --time 2`; lavapipe of Mesa
 *   25.0.7 with vectors of 512 bits, which has no matrix units, on two cores that were busy with other work too.
 * - GPU: TFLOP/s of a single measurement at 192 x 2400 x 32768, the 5x5 convolution of NIN's second block for 128 images, on an
 *   NVIDIA H200 through Vulkan. There the shapes of today's kernels (tiles, depth of a slice, staging) reached, written out by hand:
 *   46 like `vectorised64`, 133 like `matrixUnits64`, 77 much like `splitUnits128`; the kernels themselves no GPU has met.
 */
export const LADDER = {
  naive,
  specification,
  tiled,
  register64: register(64),
  register128: register(128),
  vectorised64: vectorised(64, 128),
  vectorised64narrow: vectorised(64, 64),
  vectorised96: vectorised(96, 128),
  vectorised128: vectorised(128, 128),
  vectorised160: vectorised(160, 64),
  half,
  matrixUnits64narrow: matrixUnits({ rows: 64, columns: 64, depth: 32 }),
  matrixUnits64: matrixUnits({ rows: 64, columns: 128, depth: 32 }),
  matrixUnits64shallow: matrixUnits({ rows: 64, columns: 128, depth: 16 }),
  matrixUnits128: matrixUnits({ rows: 128, columns: 128, depth: 32 }),
  matrixUnits128shallow: matrixUnits({ rows: 128, columns: 128, depth: 16 }),
  matrixUnits128wide: matrixUnits({ rows: 128, columns: 256, depth: 32 }),
  splitUnits64: matrixUnits({ rows: 64, columns: 128, depth: 32, split: true }),
  splitUnits64shallow: matrixUnits({ rows: 64, columns: 128, depth: 16, split: true }),
  splitUnits128: matrixUnits({ rows: 128, columns: 128, depth: 16, split: true }),
  broadcast16: broadcast(16),
  broadcast32: broadcast(32),
  broadcast64: broadcast(64),
  stacked32: stacked(32),
  stacked64: stacked(64),
} as const satisfies Record<string, Rung>;

/** The name of a rung: `naive`, `specification`, `tiled`, ... */
export type MatmulVariant = keyof typeof LADDER;

/** All variants, in the order of the ladder. */
export const VARIANTS = Object.keys(LADDER) as MatmulVariant[];
