import { defineGeneralKernel, generalRung } from './general-rung.js';

/** The plainest rung that computes every product: what the others are held to. */
export const specification = generalRung({
  kernel: defineGeneralKernel('products/matmul_specification.wgsl', () => ({ rows: 16, columns: 16 })),
});
