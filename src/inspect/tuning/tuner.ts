/**
 * The tuner: times the variants of each product on this device, and only those that compute what the specification does.
 *
 * For each product: random operands; a sample of the product by the specification; the same by every other variant, which is
 * rejected if a number differs by more than rounding explains. Those that are not far slower on the sample are timed on the
 * whole product, in turns; the least time counts. On a GPU, what comes next is compiled meanwhile. A software driver would
 * compile on the very processor that is being timed, so there what a product needs is compiled before.
 */
import { availableParallelism } from 'node:os';
import type { Device } from '../../gpu/device.js';
import { type Stopwatch, stopwatch } from '../../gpu/stopwatch.js';
import { chooseVariant, variantsFor } from '../../kernels/products/choice/choose-variant.js';
import type { MeasuredProducts } from '../../kernels/products/choice/measured-table.js';
import { operandsKey, storedKey } from '../../kernels/products/choice/product-key.js';
import type { SeenProduct } from '../../kernels/products/choice/seen-products.js';
import { LADDER, type MatmulVariant } from '../../kernels/products/ladder/ladder.js';
import { multiplyInto } from '../../kernels/products/matmul.js';
import type { Product } from '../../kernels/products/product.js';
import { worstDifference } from '../../kernels/reductions/worst-difference.js';
import { Tensor } from '../../tensor/tensor.js';
import { tidy } from '../../tensor/tidy.js';
import { type Choosable, cheapestChoice, type Option } from './cheapest-choice.js';
import { type CompileJob, CompileQueue } from './compile-queue.js';
import { leastOfFew, race, worthwhile } from './contest.js';
import { Hopes } from './hopes.js';
import {
  blankOperands,
  copyOf,
  copyTo,
  disposeOperands,
  fromStart,
  type Operands,
  randomOperands,
} from './random-operands.js';
import { roundingLimit } from './rounding-limit.js';
import { mostInSample, multiplyAdds, samplePieces } from './sample.js';

/** For how long a variant is timed on a sample, and the best in turns on the whole product, in milliseconds. */
const PATIENCE = { software: { sample: 20, race: 500 }, hardware: { sample: 5, race: 100 } };

/** A measurement of something short launches it again until about this many milliseconds are over: clocks are coarse. */
const ENOUGH_MS = 3;
const MOST_LAUNCHES = 100;

/** Pipelines that are compiled at a time on a GPU; each takes up to a second of a processor there. */
const MOST_LANES = 8;

/** How many times as long as the fastest of its kind is too long, see `Hopes`: a software driver's machine may be busy. */
const HOPELESS_FOR_ITS_KIND = { software: 3, hardware: 2 };

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

/** What a variant launches for a product, and how that is compiled. */
interface Candidate {
  readonly variant: MatmulVariant;
  /** What the driver compiles for the whole product. */
  readonly pipeline: string;
  readonly jobs: readonly CompileJob[];
}

/** A product, what is launched for it, and by which variants it can be. */
interface Task extends SeenProduct {
  readonly kind: string;
  readonly work: number;
  readonly able: readonly MatmulVariant[];
  /** The variant that is taken where nothing is measured. */
  readonly untuned: MatmulVariant;
  /** The parts that variants are compared on. */
  readonly pieces: readonly Product[];
  /** The specification first. */
  readonly candidates: readonly Candidate[];
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
  const { software } = device.adapter;
  const clock = stopwatch(device);
  const hopes = new Hopes(HOPELESS_FOR_ITS_KIND[software ? 'software' : 'hardware']);
  const queue = new CompileQueue(software ? 1 : Math.min(MOST_LANES, availableParallelism()));
  const tasks = heaviestFirst(seen).map((one) => taskOf(device, hopes, one, among(one)));
  const products: TunedProduct[] = [];
  try {
    if (!software) for (const { candidates } of tasks) queue.expect(candidates.flatMap(({ jobs }) => jobs));
    for (const task of tasks) {
      const hopeful = task.candidates.filter(({ variant }) => isHopeful(hopes, variant, task));
      await queue.need(hopeful.flatMap(({ jobs }) => jobs));
      const product = await tuneProduct({ device, clock }, task, hopeful);
      const times = [...product.slower, ...product.options].map(
        ({ variant, milliseconds }) => [variant, milliseconds] as const,
      );
      hopes.learn({ ...task, times: new Map(times) });
      products.push(product);
      tuned(product);
      device.trim();
    }
  } finally {
    await queue.stop();
  }
  return { products, compile: queue.took, choices: cheapestChoice(products, queue.took, STEPS) };
}

/** By the work of all launches. */
const heaviestFirst = (seen: readonly SeenProduct[]): SeenProduct[] => {
  const work = ({ product, count }: SeenProduct) => count * multiplyAdds(product);
  return [...seen].sort((one, other) => work(other) - work(one));
};

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

/** The specification is what others are compared with, and what would be taken untuned is what others must beat. */
const isHopeful = (hopes: Hopes, variant: string, task: Pick<Task, 'kind' | 'work' | 'able' | 'untuned'>) =>
  variant === 'specification' || variant === task.untuned || hopes.has(variant, task);

function taskOf(
  device: Device,
  hopes: Hopes,
  { product: asked, ...seen }: SeenProduct,
  among: readonly MatmulVariant[],
): Task {
  const product = fromStart(asked);
  const { epilogue, stored } = seen;
  const most = mostInSample(device.adapter.software);
  const pieces = samplePieces(product, most, epilogue.bias?.per === 'column');
  const able = among.filter((variant) =>
    [product, ...pieces].every((part) => LADDER[variant].accepts(device, part, epilogue)),
  );
  const about = {
    kind: operandsKey(product) + storedKey(stored),
    work: multiplyAdds(product),
    able: [...new Set<MatmulVariant>(['specification', ...able])],
    untuned: chooseVariant(device, asked, epilogue, stored),
  };
  const candidates = about.able.map((variant): Candidate => {
    const launchAll = () => {
      const operands = blankOperands(device, { ...seen, product });
      for (const part of [product, ...pieces]) multiply(operands, part, variant);
    };
    const { launches } = device.plan(() => tidy(device, launchAll));
    const jobs = launches.map((launch) => ({
      key: `${launch.shader} ${JSON.stringify(launch.constants)}`,
      compile: () => device.compilePipelines([launch]),
      wanted: () => isHopeful(hopes, variant, about),
    }));
    return { variant, pipeline: jobs[0]?.key ?? '', jobs };
  });
  return { ...seen, ...about, product, pieces, candidates };
}

interface Workbench {
  readonly device: Device;
  readonly clock: Stopwatch;
}

/** How long a variant takes for all of a product, as a sample lets expect. */
type Estimate = Option & { readonly variant: MatmulVariant };

async function tuneProduct(
  { device, clock }: Workbench,
  task: Task,
  candidates: readonly Candidate[],
): Promise<TunedProduct> {
  const { key, count, product, pieces, work } = task;
  const patience = PATIENCE[device.adapter.software ? 'software' : 'hardware'];
  const now = () => performance.now();
  const inSample = pieces.reduce((sum, piece) => sum + multiplyAdds(piece), 0);
  const rejected: { variant: string; why: string }[] = [];
  const estimates: Estimate[] = [];
  const operands = randomOperands(device, task);
  const { c } = operands;
  const before = copyOf(c);
  const reference = new Tensor(device, c.shape, c.dtype);
  try {
    for (const { variant, pipeline } of candidates) {
      const launch = () => {
        for (const piece of pieces) multiply(operands, piece, variant);
      };
      // What a variant leaves out must not be found right because another has done it.
      copyTo(before, c);
      const first = await clock.time(launch);
      if (variant === 'specification') copyTo(c, reference);
      const difference = await worstDifference(c, reference);
      const tolerance = roundingLimit(task, LADDER[variant]);
      // NaN is in no order.
      if (!(difference <= tolerance)) {
        rejected.push({ variant, why: whatIsWrong(difference, tolerance) });
        continue;
      }
      const launches = launchesFor(first);
      const time = async () => (await clock.time(() => repeat(launches, launch))) / launches;
      const best = Math.min(...estimates.map(({ milliseconds }) => milliseconds * (inSample / work)));
      const known = launches === 1 ? [first] : [];
      const least = await leastOfFew(time, { known, best, milliseconds: patience.sample, now });
      estimates.push({ variant, pipeline, milliseconds: (least * work) / inSample });
    }
    const finalists = worthwhile(estimates);
    const times = await timeInTurns({ device, clock }, operands, product, finalists, patience.race);
    const options = finalists.map((one, index) => ({ ...one, milliseconds: times[index] as number }));
    return {
      key,
      count,
      flops: 2 * work,
      options: options.sort((one, other) => one.milliseconds - other.milliseconds),
      slower: estimates.filter((one) => !finalists.includes(one)),
      rejected,
    };
  } finally {
    disposeOperands(operands);
    before.dispose();
    reference.dispose();
  }
}

const multiply = ({ a, b, c, epilogue }: Operands, product: Product, variant: MatmulVariant) =>
  multiplyInto(c, a, b, product, epilogue, variant);

/** How often to launch what takes about so long, to measure it. */
const launchesFor = (milliseconds: number): number =>
  Math.min(MOST_LAUNCHES, Math.max(1, Math.ceil(ENOUGH_MS / milliseconds)));

const repeat = (times: number, work: () => void): void => {
  for (let index = 0; index < times; index++) work();
};

const whatIsWrong = (difference: number, tolerance: number): string =>
  `differs from specification by ${difference.toPrecision(2)}, more than ${tolerance.toPrecision(2)}`;

/** The least time of each of these for the whole product, measured in turns. */
async function timeInTurns(
  { device, clock }: Workbench,
  operands: Operands,
  product: Product,
  estimates: readonly Estimate[],
  milliseconds: number,
): Promise<number[]> {
  const contestants = estimates.map(({ variant, milliseconds }) => {
    const launches = launchesFor(milliseconds);
    const program = device.record(() => repeat(launches, () => multiply(operands, product, variant)));
    return { program, time: async () => (await clock.time(() => program.run())) / launches };
  });
  try {
    const now = () => performance.now();
    return await race(
      contestants.map(({ time }) => time),
      { milliseconds, now },
    );
  } finally {
    for (const { program } of contestants) program.dispose();
  }
}
