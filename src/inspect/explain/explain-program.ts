import type { Memory } from '../../gpu/memory/memory.js';
import type { Launch } from '../../gpu/program/launch.js';
import type { ProgramPlan } from '../../gpu/program/plan.js';
import { type PlannedMemory, wholeOf } from '../../gpu/program/recording.js';
import type { ExplainedChoice } from '../../kernels/products/choice/choose-variant.js';
import { Tensor } from '../../tensor/tensor.js';
import { keyOf, variantOf } from '../launch-words.js';
import type {
  ExplainedLaunch,
  ExplainedMemory,
  ExplainedOperand,
  ExplainedProduct,
  Explanation,
  LaunchSum,
} from './explanation.js';

/** What is known beside the program itself. */
export interface ExplainContext {
  /** What is called by a name, as parameters are: tensors, and where they are in memory. */
  readonly names?: ReadonlyMap<Tensor | Memory, string>;
  /** By product key, how the variant was chosen. */
  readonly choices?: ReadonlyMap<string, ExplainedChoice>;
  /** What each launch takes, in order, and what it takes at least. */
  readonly milliseconds?: readonly number[];
  readonly leastMilliseconds?: readonly number[];
}

/**
 * Explain a planned program: every launch in order, sums by layer and by kernel, and what its memory holds. Layers and passes are
 * known where it was traced (`tracing`); without that, all is outside of layers and forward. Nothing is computed.
 */
export function explainProgram(
  { launches, memory, bytes }: Pick<ProgramPlan<unknown>, 'launches' | 'memory' | 'bytes'>,
  { names = new Map(), choices = new Map(), milliseconds, leastMilliseconds }: ExplainContext = {},
): Explanation {
  const explained = launches.map((launch, index) =>
    explainLaunch(launch, index, {
      ...{ names, choices, milliseconds: milliseconds?.[index] },
      leastMilliseconds: leastMilliseconds?.[index],
    }),
  );
  return {
    launches: explained,
    total: sumOf(explained),
    layers: sumsBy(explained, ({ layer }) => layer),
    kernels: sumsBy(explained, ({ kernel, product }) => (product ? `${kernel} ${product.variant}` : kernel)),
    memory: { bytes, ...explainMemory(memory, launches) },
  };
}

interface LaunchContext {
  readonly names: ReadonlyMap<Tensor | Memory, string>;
  readonly choices: ReadonlyMap<string, ExplainedChoice>;
  readonly milliseconds: number | undefined;
  readonly leastMilliseconds: number | undefined;
}

function explainLaunch(launch: Launch, index: number, context: LaunchContext): ExplainedLaunch {
  const { label, shader, entryPoint, constants, grid, cost, origin, values = {} } = launch;
  const { milliseconds, leastMilliseconds } = context;
  const product = explainProduct(launch, context.choices);
  return {
    number: index + 1,
    layer: origin?.layer ?? '',
    op: origin?.op || (label.split('.')[0] as string),
    direction: origin?.direction ?? 'forward',
    kernel: label,
    ...{ shader, entryPoint, constants, values },
    ...(product && { product }),
    operands: operandsOf(launch, context.names),
    grid,
    flops: cost?.flops ?? 0,
    bytes: cost?.bytes ?? 0,
    ...(milliseconds !== undefined && { milliseconds }),
    ...(leastMilliseconds !== undefined && { leastMilliseconds }),
  };
}

function explainProduct(
  launch: Launch,
  choices: ReadonlyMap<string, ExplainedChoice>,
): ExplainedProduct | undefined {
  const variant = variantOf(launch);
  const key = keyOf(launch);
  if (variant === undefined || key === undefined) return undefined;
  const choice = choices.get(key);
  // A key may be of products that accept other variants: then nobody knows of this one.
  if (choice?.variant !== variant) return { key, variant, why: 'named', refused: [] };
  return { key, variant, why: choice.why, refused: choice.refused };
}

/** What a launch was given; not what stands in for a binding that its shader does not touch. */
function operandsOf(
  { operands, owners = [], access, bindings = [] }: Launch,
  names: ReadonlyMap<Tensor | Memory, string>,
): ExplainedOperand[] {
  return operands.flatMap((memory, index) => {
    const [owner, binding, how] = [owners[index], bindings[index], access[index]];
    if (!(owner instanceof Tensor) || !binding || !how) return [];
    const parameter = names.get(owner) ?? names.get(memory);
    const { dtype, shape } = owner;
    return { binding, access: how, ...(parameter !== undefined && { parameter }), dtype, shape };
  });
}

function sumOf(launches: readonly ExplainedLaunch[]): Omit<LaunchSum, 'of'> {
  const total = (of: (launch: ExplainedLaunch) => number) =>
    launches.reduce((sum, launch) => sum + of(launch), 0);
  const [first] = launches;
  return {
    launches: launches.length,
    flops: total(({ flops }) => flops),
    bytes: total(({ bytes }) => bytes),
    ...(first?.milliseconds !== undefined && {
      milliseconds: total(({ milliseconds = 0 }) => milliseconds),
    }),
    ...(first?.leastMilliseconds !== undefined && {
      leastMilliseconds: total(({ leastMilliseconds = 0 }) => leastMilliseconds),
    }),
  };
}

function sumsBy(
  launches: readonly ExplainedLaunch[],
  nameOf: (launch: ExplainedLaunch) => string,
): LaunchSum[] {
  const groups = new Map<string, ExplainedLaunch[]>();
  for (const launch of launches) {
    const name = nameOf(launch);
    groups.set(name, [...(groups.get(name) ?? []), launch]);
  }
  return [...groups]
    .map(([of, some]) => ({ of, ...sumOf(some) }))
    .sort(
      (one, other) =>
        (other.milliseconds ?? 0) - (one.milliseconds ?? 0) ||
        other.flops - one.flops ||
        other.bytes - one.bytes,
    );
}

function explainMemory(
  memory: readonly PlannedMemory[],
  launches: readonly Launch[],
): Pick<Explanation['memory'], 'peak' | 'tensors'> {
  const firstWrite = new Map<unknown, number>();
  launches.forEach(({ operands, access }, index) => {
    for (const [at, operand] of operands.entries()) {
      const whole = wholeOf(operand);
      if (access[at] === 'write' && !firstWrite.has(whole)) firstWrite.set(whole, index + 1);
    }
  });
  const tensors = memory.map((one): ExplainedMemory => {
    const { label, bytes, from, until } = one;
    return {
      ...{ label, bytes, from: from + 1 },
      until: Number.isFinite(until) ? until : null,
      writtenBy: firstWrite.get(one) ?? null,
    };
  });
  return { peak: peakOf(tensors, launches.length), tensors };
}

/** The launch during which most bytes are in use, the first of those. */
function peakOf(tensors: readonly ExplainedMemory[], launches: number): Explanation['memory']['peak'] {
  const isNeeded = ({ from, until }: ExplainedMemory, launch: number) =>
    from <= launch && (until === null || launch <= until);
  let peak = { launch: 0, bytes: 0 };
  for (let launch = 1; launch <= launches; launch++) {
    const bytes = tensors.reduce((sum, one) => sum + (isNeeded(one, launch) ? one.bytes : 0), 0);
    if (bytes > peak.bytes) peak = { launch, bytes };
  }
  const at = [...tensors.keys()].filter((index) => isNeeded(tensors[index]!, peak.launch));
  return { ...peak, tensors: at.sort((one, other) => tensors[other]!.bytes - tensors[one]!.bytes) };
}
