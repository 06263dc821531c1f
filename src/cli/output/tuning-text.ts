/** What the tuner found, for people. */
import type { Option } from '../../inspect/tuning/cheapest-choice.js';
import type { ForcedProducts } from '../../inspect/tuning/forced-products.js';
import type { TunedProduct, Tuning } from '../../inspect/tuning/tuner.js';
import { isForReading } from '../../kernels/products/choice/forced-variant.js';
import { textTable } from './text-table.js';

const milliseconds = (value: number): string => `${value.toPrecision(3)} ms`;

const rate = (flops: number, { milliseconds: took }: Option): string => (flops / took / 1e6).toPrecision(3);

const others = ({ options, slower, rejected }: TunedProduct, chosen: Option | undefined): string =>
  [
    ...options
      .filter((one) => one !== chosen)
      .map((one) => `${one.variant} ${milliseconds(one.milliseconds)}`),
    ...slower.map((one) => `${one.variant} about ${milliseconds(one.milliseconds)}`),
    ...rejected.map(({ variant, why }) => `${variant} is wrong: ${why}`),
  ].join(', ');

/** A line about a product, as soon as it is measured. */
export function describeProduct(product: TunedProduct): string {
  const [fastest] = product.options;
  return `${product.key}: ${fastest ? `${fastest.variant}, ${rate(product.flops, fastest)} GFLOP/s` : 'none'}`;
}

/** Which products are computed by the variant that was forced, and what computes the others. */
export function describeForced(variant: string, { products, others }: ForcedProducts): string {
  const all = `${variant} computes ${products - others.length} of ${products} distinct matrix products`;
  const left = others.map(({ key, variant }) => `\n  not ${key}: ${variant}`);
  const slow = isForReading(variant) ? [`\n${describeSlow(variant)}`] : [];
  return [all, ...left, ...slow].join('');
}

/** A warning before something is computed by a variant that is there to be read. */
export const describeSlow = (variant: string): string =>
  `${variant} is there to be read, not to be fast: a step of a large model may take minutes, with nothing to see until it is over`;

/** A table of all: the choice for each product, and what else there was. */
export function describeTuning({ products, choices, compile }: Tuning): string {
  const rows = products.map((product) => {
    const chosen = choices.get(product);
    return [
      product.key,
      chosen?.variant ?? 'none',
      chosen ? rate(product.flops, chosen) : '',
      chosen ? milliseconds(chosen.milliseconds) : '',
      others(product, chosen),
    ] as const;
  });
  const head = ['product', 'variant', 'GFLOP/s', 'a launch', 'others'] as const;
  const used = new Set([...choices.values()].map(({ pipeline }) => pipeline));
  const compiling = [...used].reduce((sum, pipeline) => sum + (compile.get(pipeline) ?? 0), 0);
  return [
    ...textTable([head, ...rows]),
    '',
    `${used.size} ${used.size === 1 ? 'pipeline' : 'pipelines'}, ${(compiling / 1000).toFixed(1)} s to compile`,
  ].join('\n');
}
