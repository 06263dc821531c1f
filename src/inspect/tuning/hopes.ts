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

/** A product for which variants are chosen from. */
export interface Choosing extends Pick<Judged, 'kind' | 'work'> {
  /** The variants that can compute it: one that beat another elsewhere, but cannot take its place here, takes no hope away. */
  readonly able: readonly string[];
}

/**
 * A variant that takes this many times as long as the fastest on the first product that it is tried on, the one with the most
 * work, is made for other devices, and not tried on the rest. Compiling what is made for GPUs takes a software driver up to
 * ten seconds.
 */
const HOPELESS = 3;

/** A product that has this many times less to do than another is no smaller one of the kind: what needs few workgroups may win. */
const FAR_SMALLER = 32;

export class Hopes {
  readonly #judged: Judged[] = [];
  readonly #hopelessForItsKind: number;

  /** @param hopelessForItsKind a variant that takes this many times as long is not tried on smaller products of the same kind either */
  constructor(hopelessForItsKind: number) {
    this.#hopelessForItsKind = hopelessForItsKind;
  }

  /** Take into account what was measured of a product. */
  learn(product: Judged): void {
    this.#judged.push(product);
  }

  /** Is this variant worth trying on such a product? */
  has(variant: string, { kind, work, able }: Choosing): boolean {
    const tried = this.#judged.filter(({ times }) => times.has(variant));
    const ratio = ({ times }: Judged) => {
      const rivals = able.flatMap((name) => times.get(name) ?? []);
      return (times.get(variant) as number) / Math.min(...rivals);
    };
    const [first] = tried;
    if (first && ratio(first) > HOPELESS) return false;
    const alike = tried.filter(
      (other) => other.kind === kind && other.work >= work && other.work < FAR_SMALLER * work,
    );
    return alike.every((other) => ratio(other) <= this.#hopelessForItsKind);
  }
}
