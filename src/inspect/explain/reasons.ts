import type { ExplainedProduct } from './explanation.js';

/** Why a product gets its variant, in words. */
export const REASONS: Readonly<Record<ExplainedProduct['why'], string>> = {
  forced: 'forced, by --force',
  measured: 'measured on this adapter to be the fastest',
  'shipped rule': 'a rule for this adapter that comes with the engine',
  'rule of thumb': 'the rule of thumb',
  fallback: 'the fallback, which computes every product',
  named: 'named by who asked for the product',
};
