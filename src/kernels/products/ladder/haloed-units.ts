/** The rung for convolutions on GPUs with matrix units that keeps a piece of images, and the halo around it, in a workgroup's memory. */
import type { Constants } from '../../../gpu/shaders/shader.js';
import type { Product } from '../product.js';
import { defineGeneralKernel, type GeneralRung, generalRung } from './general-rung.js';
import { comesInFours } from './in-fours.js';
import { COMMON, constantsFor, hasRoom, type Unit, unitOf } from './matrix-units.js';
import { piecesOfImages, slidingTaps } from './pieces.js';

/** A workgroup computes some rows at a piece of some lines, of which it keeps some channels at once. */
interface HaloedTile {
  readonly rows: number;
  readonly lines: number;
  readonly depth: number;
}

/** Workgroups go along rows first. */
export const haloedUnitsKernel = defineGeneralKernel(
  'products/matmul_haloed_units.wgsl',
  (constants, sizes) => ({
    rows: Number(constants.EDGE) * Number(constants.BANDS_OF_ROWS),
    columnTiles: piecesOfImages(constants, sizes),
  }),
  'rows first',
);

/** For windows that move by single rows and columns: convolutions with a stride of 1, and their input gradients. */
export const haloedUnits = (tile: HaloedTile): GeneralRung =>
  generalRung({
    kernel: haloedUnitsKernel,
    specialise: (product, device) => haloedConstants(product, tile, unitOf(device) ?? COMMON) as Constants,
    accepts: (device, product) => {
      const unit = unitOf(device);
      const constants = unit && haloedConstants(product, tile, unit);
      return constants !== undefined && hasRoom(device, constants, linesKept(constants));
    },
    precision: 'medium',
  });

/** Columns of the widest window, by the shader. */
const MOST_TAPS = 5;
/** A share of what all pieces compute: where less of that is wanted, another rung wastes less. */
const LEAST_WANTED = 0.5;

/** What the kernel is specialised with; undefined for a product that it does not take. */
export function haloedConstants(product: Product, { rows, lines, depth }: HaloedTile, unit: Unit) {
  const sliding = slidingTaps(product);
  const { columns, group, inner } = product;
  // Slices are channels of one tap: whatever their number is, none goes on to the next.
  if (!sliding || inner % 4 !== 0 || !comesInFours(product, 1)?.A_ALONG_TERMS) return undefined;
  const { taps, width } = sliding;
  if (taps.KERNEL_WIDTH > MOST_TAPS) return undefined;
  const { edge } = unit;
  const PIECE_WIDTH = [edge / 4, edge / 2].find((most) => most >= 4 && most >= width) ?? edge;
  const IMAGES = edge / PIECE_WIDTH;
  const pieces = { PIECE_WIDTH, LINES: lines, IMAGES };
  const computed = edge * lines * piecesOfImages(pieces, { columns, group, column_width: width });
  if (columns < LEAST_WANTED * computed) return undefined;
  return {
    ...constantsFor({ rows, columns: edge * lines, depth, abreast: 1 }, unit),
    ...pieces,
    B_TURNED: true,
    BANDS_AROUND: (taps.KERNEL_HEIGHT - 1) * taps.APART_Y,
    TAPS: taps.KERNEL_WIDTH,
    APART_TAPS: IMAGES * taps.APART_X,
    APART: width % 4 !== 0,
  };
}

/** Lines of panels that keep the channels of the piece's positions, and of those around it. */
const linesKept = ({
  EDGE,
  STEPS,
  BANDS_OF_COLUMNS,
  BANDS_AROUND,
  TAPS,
  APART_TAPS,
}: NonNullable<ReturnType<typeof haloedConstants>>): number =>
  STEPS * (BANDS_OF_COLUMNS + BANDS_AROUND) * (EDGE + (TAPS - 1) * APART_TAPS);
