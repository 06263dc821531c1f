/**
 * The products that a variant is checked on before it is timed: all sizes, windows of every kind, each part of an epilogue, and
 * what a convolution's gradients need. It is the part of the table that takes few pipelines: a software driver compiles some for
 * seconds.
 */
import { productTable } from '../../dist/inspect/lab/product-table.js';

const CHOSEN = [
  /, a b$/,
  /^convolution, output: /,
  /^convolution, (input|weight) gradient: odd sizes$/,
  // Row by row a bias, what is there already, a ReLU and a mask: a kernel that forgets one of them is wrong here.
  /, then all of these$/,
  /^19 x .*, then a bias to each column, ReLU$/,
];

export const oddProducts = (device) =>
  productTable(device).filter(({ name }) => CHOSEN.some((pattern) => pattern.test(name)));
