import { expect } from 'vitest';
import type { Device } from '../../src/gpu/device.js';
import { checkRung } from '../../src/inspect/lab/check-rung.js';
import { productTable } from '../../src/inspect/lab/product-table.js';
import { IDEAS } from '../../src/kernels/products/ladder/ideas.js';
import { LADDER, type MatmulVariant, VARIANTS } from '../../src/kernels/products/ladder/ladder.js';

/** The rungs for CPUs that play GPU, which need subgroups of 8 lanes or more. */
export const SOFTWARE_RUNGS = VARIANTS.filter((variant) => IDEAS[variant].madeFor === 'CPUs');

/** Hold a kernel of products to what the lab holds a user's to. */
export async function expectRight(device: Device, variant: MatmulVariant): Promise<void> {
  const wrong: unknown[] = [];
  let right = 0;
  for await (const { name, state, error } of checkRung(device, LADDER[variant], productTable(device))) {
    if (state === 'right') right += 1;
    if (state === 'wrong') wrong.push({ name, error });
  }
  expect(wrong).toEqual([]);
  expect(right).toBeGreaterThan(10);
}
