import type { Device } from '../../../gpu/device.js';
import type { MatmulVariant } from '../ladder/ladder.js';
import type { Product } from '../product.js';

/** Which variants to try for a product of which nothing was measured, the best guess first; it may accept none of them. */
export const ruleOfThumb = ({ adapter }: Device, product: Product): readonly MatmulVariant[] =>
  adapter.software ? onCpu(product) : onGpu(product);

/** For a CPU that plays GPU: texels where it can be, registers and broadcasts. */
const onCpu = ({ rows }: Product): readonly MatmulVariant[] => [
  rows > 16 ? 'texels32' : 'texels16',
  'stacked32',
  rows % 32 === 0 || rows > 64 ? 'broadcast32' : 'broadcast16',
];

/** Workgroups that keep a large GPU busy: two for each of its 128 processors or so. WebGPU does not tell how many it has. */
const BUSY = 256;

/**
 * For a GPU, tiles of 64 x 128 in workgroup memory, or of 64 x 64 where those would be too few to keep it busy. Tiles of 128 rows
 * were at best 4 % faster on an NVIDIA H200, and took twice as long for NIN's dearest product (`npm run bench -- --batch 128`, with the
 * `register` kernels of before). Whatever the precision, matrix units come before threads, and what takes four numbers at a time
 * before what takes one.
 */
function onGpu({ batches, rows, columns }: Product): readonly MatmulVariant[] {
  const busy = batches * Math.ceil(rows / 64) * Math.ceil(columns / 128) >= BUSY;
  return busy
    ? ['matrixUnits64', 'splitUnits64', 'splitUnits64shallow', 'vectorised64', 'half', 'register64']
    : ['matrixUnits64narrow', 'splitUnits64shallow', 'vectorised64narrow', 'half', 'tiled'];
}
