/** The shapes of Network in Network for CIFAR-10, at some batch: what the cases are made of. */
import { NIN_MODELS } from '../dist/nn/models/nin.js';
import { windowedSize, windowOf } from '../dist/tensor/shape.js';

const { input: IMAGE, classes: CLASSES, blocks: BLOCKS } = NIN_MODELS['nin-cifar10'];

/** The pool between two blocks. */
const POOL = windowOf('pool', { kernelSize: 3, stride: 2, ceilMode: true });

const pooled = (size) => windowedSize('pool', size, POOL);

/**
 * @typedef {import('../dist/tensor/shape.js').Window} Window
 * @typedef {object} Layer a convolution
 * @property {string} name as the model calls it
 * @property {number[]} input [N, C, H, W]
 * @property {number[]} weight [O, C, KH, KW]
 * @property {number[]} output [N, O, OH, OW]
 * @property {Window} window
 *
 * @typedef {{ name: string, input: number[], output: number[], window: Window }} Pool
 *
 * @param {{ batch: number, width: number }} options `width` multiplies the numbers of maps, as the model's option does
 * @returns {{ layers: Layer[], pools: Pool[], images: number[], logits: number[] }}
 */
export function networkOf({ batch, width }) {
  const layers = [];
  const pools = [];
  const images = [batch, ...IMAGE];
  let [channels, ...size] = IMAGE;
  BLOCKS.forEach(({ kernelSize, maps }, block) => {
    if (block > 0) {
      const input = [batch, channels, ...size];
      size = pooled(size);
      pools.push({ name: `pool${block}`, input, output: [batch, channels, ...size], window: POOL });
    }
    maps.forEach((count, index) => {
      const first = index === 0;
      const last = block === BLOCKS.length - 1 && index === maps.length - 1;
      const outputs = last ? CLASSES : Math.max(1, Math.round(count * width));
      const kernel = first ? kernelSize : 1;
      layers.push({
        name: `block${block + 1}.${first ? 'conv' : `cccp${index}`}`,
        input: [batch, channels, ...size],
        weight: [outputs, channels, kernel, kernel],
        output: [batch, outputs, ...size],
        window: windowOf('convolution', { kernelSize: kernel, padding: (kernel - 1) / 2 }),
      });
      channels = outputs;
    });
  });
  return { layers, pools, images, logits: [batch, CLASSES] };
}

/** As names of cases write a shape. */
export const dimensions = (shape) => shape.join('x');
