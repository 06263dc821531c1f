/** Which products some work asks for: what there is for a tuner to measure. */
import type { Device } from '../../../gpu/device.js';
import { PerDevice } from '../../../gpu/device-state.js';
import type { Epilogue, Product, Stored } from '../product.js';

/** A product that some work asked for. */
export interface SeenProduct {
  readonly key: string;
  readonly product: Product;
  readonly epilogue: Epilogue;
  readonly stored: Stored;
  /** How often. */
  count: number;
}

/** Products by their keys, while somebody watches. */
const watched = new PerDevice<Map<string, SeenProduct> | undefined>(() => undefined);

/** The distinct products that `work` asks for without naming a variant. */
export function productsOf(device: Device, work: () => void): readonly SeenProduct[] {
  const seen = new Map<string, SeenProduct>();
  watched.set(device, seen);
  try {
    work();
  } finally {
    watched.set(device, undefined);
  }
  return [...seen.values()];
}

/** A product is asked for. */
export function noteProduct(device: Device, product: Omit<SeenProduct, 'count'>): void {
  const seen = watched.of(device);
  const before = seen?.get(product.key);
  if (before) before.count++;
  else seen?.set(product.key, { ...product, count: 1 });
}
