/** What layers with weights are told alike, and must be told rightly. */
import { checkArgument, type Rules } from '../../errors/check-options.js';
import { callable, whole } from '../../errors/rules.js';
import type { InitOptions } from '../init.js';

/** What the options of first weights must be. */
export const INIT_RULES: Rules<InitOptions> = { init: callable, biasInit: callable };

/**
 * Refuse what cannot be the number of a layer's inputs or outputs.
 * @throws ArgumentError
 */
export function checkSizes(layer: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) checkArgument(layer, name, size, whole(1));
}
