/**
 * The tuner: times the variants of each product on this device, and only those that compute what the specification does.
 *
 * For each product: random operands; a sample of the product by the specification; the same by every other variant, which is
 * rejected if a number differs by more than rounding explains. Those that are not far slower on the sample are timed on the
 * whole product, in turns A B C A B C, so that whatever else the machine does hits all of them; the least time counts.
 */
import type { Device } from '../../gpu/device.js';
import { type Stopwatch, stopwatch } from '../../gpu/stopwatch.js';
import { variantsFor } from '../../kernels/products/choice/choose-variant.js';
import type { MeasuredProducts } from '../../kernels/products/choice/measured-table.js';
import type { SeenProduct } from '../../kernels/products/choice/seen-products.js';
import { LADDER, type MatmulVariant } from '../../kernels/products/ladder/ladder.js';
import type { Rung } from '../../kernels/products/ladder/rung.js';
import { multiplyInto } from '../../kernels/products/matmul.js';
import type { Product } from '../../kernels/products/product.js';
import { type Choosable, cheapestChoice, type Option } from './cheapest-choice.js';
import { disposeOperands, fromStart, type Operands, randomOperands } from './random-operands.js';
import { elementsOf, mostInSample, multiplyAdds, samplePieces } from './sample.js';

/** The variants of a product are timed in this many turns, and in further ones until this much time is over. */
const TURNS = 3;
const TURNS_MS = 500;

/** A sample is computed at least twice, and again until this much time is over. */
const SAMPLE_MS = 20;

/** A measurement of something short launches it again until about this many milliseconds are over. */
const ENOUGH_MS = 3;
const MOST_LAUNCHES = 100;

/** A variant that takes this many times as long on the sample as the fastest is not timed on the whole product. */
const FAR_SLOWER = 2;

/**
 * A variant that takes this many times as long as the fastest on the first product that it is tried on, the one with the most
 * work, is made for other devices, and not tried on the rest. Compiling what is made for GPUs takes a software driver up to
 * ten seconds.
 */
const HOPELESS = 3;

/** The steps that compiling is spread over: a run of a few epochs has as many. */
const STEPS = 1000;

/** What was found out about a product. */
export interface TunedProduct extends Choosable {
  readonly key: string;
  /** Floating-point operations of one launch. */
  readonly flops: number;
  readonly options: readonly Option[];
  /** Variants that were far slower on a sample, and how long they would take for all of it. */
  readonly slower: readonly { readonly variant: string; readonly milliseconds: number }[];
  /** Variants whose results are wrong, and why. */
  readonly rejected: readonly { readonly variant: string; readonly why: string }[];
}

/** What was measured, and the choice that follows from it. */
export interface Tuning {
  readonly products: readonly TunedProduct[];
  readonly choices: ReadonlyMap<TunedProduct, Option>;
  /** Milliseconds that compiling each pipeline took; next to nothing if the driver had it on disk. */
  readonly compile: ReadonlyMap<string, number>;
}

/**
 * Measure these products, and choose for each.
 * @param tuned is called after each product
 * @param among variants to choose from (default: all that the device's precision allows); the specification always is
 */
export async function tuneProducts(
  device: Device,
  seen: readonly SeenProduct[],
  tuned: (product: TunedProduct) => void = () => {},
  among: (seen: SeenProduct) => readonly MatmulVariant[] = ({ product, epilogue }) =>
    variantsFor(device, product, epilogue),
): Promise<Tuning> {
  const compile = new Map<string, number>();
  const clock = stopwatch(device);
  const products: TunedProduct[] = [];
  const hopeless = new Set<string>();
  for (const one of heaviestFirst(seen)) {
    const hopeful = among(one).filter((variant) => !hopeless.has(variant));
    const product = await tuneProduct({ device, clock, compile, variants: hopeful }, one);
    for (const variant of hopelessOn(product)) {
      if (!products.some((before) => wasTried(before, variant))) hopeless.add(variant);
    }
    products.push(product);
    tuned(product);
    device.trim();
  }
  return { products, compile, choices: cheapestChoice(products, compile, STEPS) };
}

/** By the work of all launches. */
const heaviestFirst = (seen: readonly SeenProduct[]): SeenProduct[] => {
  const work = ({ product, count }: SeenProduct) => count * multiplyAdds(product);
  return [...seen].sort((one, other) => work(other) - work(one));
};

function hopelessOn({ options, slower }: TunedProduct): string[] {
  const least = Math.min(...options.map(({ milliseconds }) => milliseconds));
  return slower.filter(({ milliseconds }) => milliseconds > HOPELESS * least).map(({ variant }) => variant);
}

const wasTried = ({ options, slower }: TunedProduct, wanted: string): boolean =>
  [...options, ...slower].some(({ variant }) => variant === wanted);

/** As a table to keep. */
export const measurementsOf = ({ choices }: Tuning): MeasuredProducts =>
  Object.fromEntries(
    [...choices].map(([{ key, options }, { variant }]) => [
      key,
      {
        variant,
        milliseconds: Object.fromEntries(options.map((option) => [option.variant, rounded(option)])),
      },
    ]),
  );

const rounded = ({ milliseconds }: Option): number => Number(milliseconds.toPrecision(4));

interface Workbench {
  readonly device: Device;
  readonly clock: Stopwatch;
  readonly compile: Map<string, number>;
  readonly variants: readonly MatmulVariant[];
}

async function tuneProduct(
  workbench: Workbench,
  { key, count, ...seen }: SeenProduct,
): Promise<TunedProduct> {
  const { device, variants } = workbench;
  const product = fromStart(seen.product);
  const operands = randomOperands(device, product, seen.epilogue);
  const pieces = samplePieces(
    product,
    mostInSample(device.adapter.software),
    seen.epilogue.bias?.per === 'column',
  );
  const inSample = pieces.reduce((sum, piece) => sum + multiplyAdds(piece), 0);
  const rejected: { variant: string; why: string }[] = [];
  const estimates: (Omit<Option, 'variant'> & { variant: MatmulVariant })[] = [];
  try {
    let reference: Float32Array | undefined;
    const able = variants.filter((one) =>
      pieces.every((piece) => LADDER[one].accepts(device, piece, seen.epilogue)),
    );
    for (const variant of new Set<MatmulVariant>(['specification', ...able])) {
      const launch = () => {
        for (const piece of pieces) multiply(operands, piece, variant);
      };
      operands.c.write(operands.before);
      const { pipeline, took } = await compileAndRun(workbench, launch);
      const values = elementsOf(pieces, (await operands.c.toArray()) as Float32Array);
      reference ??= values;
      const why = whatIsWrong(values, reference, toleranceOf(product, variant));
      if (why) {
        rejected.push({ variant, why });
        continue;
      }
      estimates.push({
        variant,
        pipeline,
        milliseconds: ((await took()) * multiplyAdds(product)) / inSample,
      });
    }
    const least = Math.min(...estimates.map(({ milliseconds }) => milliseconds));
    const worthwhile = estimates.filter(({ milliseconds }) => milliseconds <= FAR_SLOWER * least);
    const options = await timeInTurns(workbench, worthwhile, (variant) =>
      multiply(operands, product, variant),
    );
    return {
      key,
      count,
      flops: 2 * multiplyAdds(product),
      options: options.sort((one, other) => one.milliseconds - other.milliseconds),
      slower: estimates.filter((one) => !worthwhile.includes(one)),
      rejected,
    };
  } finally {
    disposeOperands(operands);
  }
}

const multiply = ({ a, b, c, epilogue }: Operands, product: Product, variant: MatmulVariant) =>
  multiplyInto(c, a, b, product, epilogue, variant);

/** Run something for the first time, note how long its pipeline took to compile, and find out which that is. */
async function compileAndRun({ device, clock, compile }: Workbench, launch: () => void) {
  const [{ shader, constants } = { shader: '', constants: {} }] = device.plan(launch).launches;
  const pipeline = `${shader} ${JSON.stringify(constants)}`;
  const timeOnHost = async () => {
    const start = performance.now();
    launch();
    await device.synchronize();
    return performance.now() - start;
  };
  await device.synchronize();
  const first = await timeOnHost();
  /** Milliseconds when it is compiled. */
  const took = async () => {
    if (!compile.has(pipeline)) compile.set(pipeline, Math.max(0, first - (await timeOnHost())));
    let least = await clock.time(launch);
    const start = performance.now();
    do least = Math.min(least, await clock.time(launch));
    while (performance.now() - start < SAMPLE_MS);
    return least;
  };
  return { pipeline, took };
}

/**
 * Rounding differs with the order of a sum: each addition may be off by half a unit in the last place of what was summed so
 * far, and of operands within [-1, 1] that is at most the number of terms. Much less in practice, much more when wrong.
 *
 * A variant that rounds its operands changes none of these, which are halves already. But where other hardware rounds a sum,
 * matrix units may cut it off, and then all errors go the same way: up to a unit, 2^-23 of the sum so far, for each of n
 * terms. Random operands in [-1, 1] have products with a deviation of 1/3, so that eight deviations of their sum, which no
 * sum will exceed, are 8/3 sqrt(n), and the error is below n 2^-23 8/3 sqrt(n) < 2^-21 n^1.5. That is a small part of what
 * sums are like: for 1000 terms it is less than a five-hundredth of their deviation.
 */
function toleranceOf({ outer, middle = 1, inner }: Product, variant: MatmulVariant): number {
  const terms = outer * middle * inner;
  const { precision = 'highest' }: Rung = LADDER[variant];
  return precision === 'highest' ? 2 ** -22 * (terms + 8) : 2 ** -21 * (terms ** 1.5 + 8);
}

function whatIsWrong(values: Float32Array, reference: Float32Array, tolerance: number): string | undefined {
  let worst = 0;
  values.forEach((value, index) => {
    // NaN stays the worst: Math.max passes it on, where a comparison would forget it at the next element.
    worst = Math.max(worst, Math.abs(value - (reference[index] as number)));
  });
  if (worst <= tolerance) return undefined;
  return `differs from specification by ${worst.toPrecision(2)}, more than ${tolerance.toPrecision(2)}`;
}

/** Each option with its least time of some turns. */
async function timeInTurns(
  { device, clock }: Workbench,
  estimates: readonly (Option & { variant: MatmulVariant })[],
  launch: (variant: MatmulVariant) => void,
): Promise<Option[]> {
  const contestants = estimates.map(({ variant, milliseconds }) => {
    const launches = Math.min(MOST_LAUNCHES, Math.max(1, Math.ceil(ENOUGH_MS / milliseconds)));
    const program = device.record(() => {
      for (let index = 0; index < launches; index++) launch(variant);
    });
    return { program, launches, least: Number.POSITIVE_INFINITY };
  });
  const start = performance.now();
  for (let turn = 0; turn < TURNS || performance.now() - start < TURNS_MS; turn++) {
    for (const contestant of contestants) {
      const { program, launches, least } = contestant;
      contestant.least = Math.min(least, (await clock.time(() => program.run())) / launches);
    }
  }
  for (const { program } of contestants) program.dispose();
  return estimates.map((option, index) => ({ ...option, milliseconds: contestants[index]!.least }));
}
