/**
 * Which variant each product should take, all things considered: the time of every launch, and the time that it takes to
 * compile each pipeline once. A pipeline that serves a single small product may never earn what compiling it costs.
 */

/** A way to compute a product. */
export interface Option {
  readonly variant: string;
  /** What the driver compiles; products whose options name the same share it. */
  readonly pipeline: string;
  /** How long one launch takes. */
  readonly milliseconds: number;
}

/** A product for which there is a choice. */
export interface Choosable {
  /** Launches a step. */
  readonly count: number;
  readonly options: readonly Option[];
}

/**
 * The choice for each product, in order, at which this many steps and the compiling before them take the least time: first the
 * fastest for each; then pipelines are given up, as long as that makes the sum smaller.
 * @param compile milliseconds that it takes to compile a pipeline
 * @param steps that a pipeline, once compiled, is used for
 */
export function cheapestChoice<Product extends Choosable>(
  products: readonly Product[],
  compile: ReadonlyMap<string, number>,
  steps: number,
): ReadonlyMap<Product, Option> {
  let best = fastestWithout(products, new Set())!;
  const givenUp = new Set<string>();
  const costOf = (choice: ReadonlyMap<Product, Option>) => {
    const pipelines = new Set([...choice.values()].map(({ pipeline }) => pipeline));
    const compiling = [...pipelines].reduce((sum, pipeline) => sum + (compile.get(pipeline) ?? 0), 0);
    return [...choice].reduce((sum, [{ count }, one]) => sum + steps * count * one.milliseconds, compiling);
  };
  for (let improved = true; improved; ) {
    improved = false;
    for (const { pipeline } of best.values()) {
      const without = fastestWithout(products, new Set([...givenUp, pipeline]));
      if (!without || costOf(without) >= costOf(best)) continue;
      best = without;
      givenUp.add(pipeline);
      improved = true;
      break;
    }
  }
  return best;
}

/** The fastest option of each product that needs none of these pipelines; undefined if a product has no other. */
function fastestWithout<Product extends Choosable>(
  products: readonly Product[],
  pipelines: ReadonlySet<string>,
): ReadonlyMap<Product, Option> | undefined {
  const choice = new Map<Product, Option>();
  for (const product of products) {
    const left = product.options.filter(({ pipeline }) => !pipelines.has(pipeline));
    if (left.length === 0) return undefined;
    choice.set(
      product,
      left.reduce((best, option) => (option.milliseconds < best.milliseconds ? option : best)),
    );
  }
  return choice;
}
