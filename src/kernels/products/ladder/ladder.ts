import { broadcast, stacked } from './broadcast.js';
import { haloed } from './haloed.js';
import { haloedUnits } from './haloed-units.js';
import { matrixUnits } from './matrix-units.js';
import { naive } from './naive.js';
import type { Rung } from './rung.js';
import { specification } from './specification.js';
import { texels } from './texels.js';
import { half, register, tiled, vectorised } from './tiles.js';

/**
 * The ladder: every way to compute a matrix product, from that of a textbook up. ideas.ts tells each rung's one idea, and each
 * shader's header tells it in full; `dawngrad ladder matmul` measures on this device what each gains.
 *
 * A GPU was met once, an NVIDIA H200 through Vulkan, by kernels before those of today: 28 TFLOP/s of `register64` at
 * 192 x 2400 x 32768, the 5x5 convolution of NIN's second block for 128 images. There the shapes of today's kernels (tiles, depth
 * of a slice, staging) reached, written out by hand: 46 like `vectorised64`, 133 like `matrixUnits64`, 77 much like `splitUnits128`;
 * and at the gradient of that layer's weight 85 like `matrixUnits192`. `tuning/nvidia.json` goes by that.
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
  haloed,
  half,
  matrixUnits64narrow: matrixUnits({ rows: 64, columns: 64, depth: 32 }),
  matrixUnits64: matrixUnits({ rows: 64, columns: 128, depth: 32 }),
  matrixUnits64shallow: matrixUnits({ rows: 64, columns: 128, depth: 16 }),
  matrixUnits128: matrixUnits({ rows: 128, columns: 128, depth: 32 }),
  matrixUnits128shallow: matrixUnits({ rows: 128, columns: 128, depth: 16 }),
  matrixUnits192: matrixUnits({ rows: 192, columns: 128, depth: 32 }),
  matrixUnits128wide: matrixUnits({ rows: 128, columns: 256, depth: 32, abreast: 1 }),
  haloedUnits: haloedUnits({ rows: 64, lines: 8, depth: 32 }),
  splitUnits64: matrixUnits({ rows: 64, columns: 128, depth: 32, split: true }),
  splitUnits64shallow: matrixUnits({ rows: 64, columns: 128, depth: 16, split: true }),
  splitUnits128: matrixUnits({ rows: 128, columns: 128, depth: 16, split: true }),
  broadcast16: broadcast(16),
  broadcast32: broadcast(32),
  broadcast64: broadcast(64),
  stacked32: stacked(32),
  stacked64: stacked(64),
  texels32: texels(32),
  texels16: texels(16),
} as const satisfies Record<string, Rung>;

/** The name of a rung: `naive`, `specification`, `tiled`, ... */
export type MatmulVariant = keyof typeof LADDER;

/** All variants, in the order of the ladder. */
export const VARIANTS = Object.keys(LADDER) as MatmulVariant[];
