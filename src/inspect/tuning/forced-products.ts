import type { Device } from '../../gpu/device.js';
import { explainChoice } from '../../kernels/products/choice/choose-variant.js';
import { openModel } from '../../train/nets/open-model.js';
import type { RunConfig } from '../../train/recipes/config.js';
import { productsOfRun } from './tune-model.js';

/** What becomes of a run's matrix products on a device that is to compute all of them by one variant. */
export interface ForcedProducts {
  /** How many distinct ones there are in a training step and an evaluation step. */
  readonly products: number;
  /** Those that the variant cannot compute, by their keys, and what does. */
  readonly others: readonly { readonly key: string; readonly variant: string }[];
}

/** Say what becomes of a run's products; nothing is computed. */
export async function forcedProducts(config: RunConfig, device: Device): Promise<ForcedProducts> {
  const chosen = productsOfRun(config, device, await openModel(config, device)).map((seen) => ({
    key: seen.key,
    ...explainChoice(device, seen),
  }));
  const others = chosen.filter(({ why }) => why !== 'forced').map(({ key, variant }) => ({ key, variant }));
  return { products: chosen.length, others };
}
