/** Which variants are still worth compiling for a product, after what was measured of others. */

/** A product, as far as it says something about others. */
export interface Judged {
  /** How its operands lie: products of a kind differ in their sizes, and in what is done to the result. */
  readonly kind: string;
  /** Multiply-adds. */
  readonly work: number;
  /** Milliseconds of each variant that was tried and right. */
  readonly times: ReadonlyMap<string, number>;
}

/**
 * A variant that takes this many times as long as the fastest on the first product that it is tried on, the one with the most
 * work, is made for other devices, and not tried on the rest. Compiling what is made for GPUs takes a software driver up to
 * ten seconds.
 */
const HOPELESS = 3;

/** One that takes this many times as long on a product of the same kind is not tried on smaller ones either, */
const HOPELESS_FOR_ITS_KIND = 2;

/** unless they have this many times less to do: what needs few workgroups to fill a device may be the fastest there. */
const FAR_SMALLER = 32;

export class Hopes {
  readonly #judged: Judged[] = [];

  /** Take into account what was measured of a product. */
  learn(product: Judged): void {
    this.#judged.push(product);
  }

  /** Is this variant worth trying on such a product? */
  has(variant: string, { kind, work }: Pick<Judged, 'kind' | 'work'>): boolean {
    const tried = this.#judged.filter(({ times }) => times.has(variant));
    const [first] = tried;
    if (first && ratio(variant, first) > HOPELESS) return false;
    const alike = tried.filter(
      (other) => other.kind === kind && other.work >= work && other.work < FAR_SMALLER * work,
    );
    return alike.every((other) => ratio(variant, other) <= HOPELESS_FOR_ITS_KIND);
  }
}

/** How many times as long as the fastest. */
const ratio = (variant: string, { times }: Judged): number =>
  (times.get(variant) as number) / Math.min(...times.values());
