import { defineGeneralKernel, generalRung } from './general-rung.js';

export const specification = generalRung({
  kernel: defineGeneralKernel('products/matmul_specification.wgsl', () => ({ rows: 16, columns: 16 })),
});
