import type { Device } from '../../../gpu/device.js';
import type { MatmulVariant } from '../ladder/ladder.js';
import type { Product } from '../product.js';

/** Which variants to try for a product of which nothing was measured, the best guess first; it may accept none of them. */
export const ruleOfThumb = ({ adapter }: Device, product: Product): readonly MatmulVariant[] =>
  adapter.software ? onCpu(product) : onGpu(product);

/** For a CPU that plays GPU: registers and broadcasts. */
const onCpu = ({ rows }: Product): readonly MatmulVariant[] => [
  'stacked32',
  rows % 32 === 0 || rows > 64 ? 'broadcast32' : 'broadcast16',
];

/** Workgroups that keep a large GPU busy: two for each of its 128 processors or so. WebGPU does not tell how many it has. */
const BUSY = 256;

/**
 * For a GPU, tiles in workgroup memory. The one of 128 rows reads storage least: it comes first, but not where more than an
 * eighth of its rows would be wasted, nor where there would be too few workgroups to keep a GPU busy. Then that of 64 rows does,
 * or the tile whose threads have the least to do. Tiles that round operands go by the same rule, so that what is small is exact.
 */
function onGpu({ batches, rows, columns }: Product): readonly MatmulVariant[] {
  const height = ([128, 64] as const).find((height) => {
    const high = Math.ceil(rows / height);
    const wasted = high * height - rows;
    return (wasted <= rows / 8 || height === 64) && batches * high * Math.ceil(columns / 128) >= BUSY;
  });
  return height ? [`matrixUnits${height}`, 'half', `vectorised${height}`, `register${height}`] : ['tiled'];
}
