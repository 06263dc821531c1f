import type { Device } from '../../gpu/device.js';
import type { Memory } from '../../gpu/memory/memory.js';
import type { Launch } from '../../gpu/program/launch.js';
import type { ProgramPlan } from '../../gpu/program/plan.js';
import { explainChoice } from '../../kernels/products/choice/choose-variant.js';
import { splitKCombine } from '../../kernels/products/split-k.js';
import { Tensor } from '../../tensor/tensor.js';
import { productOf, variantOf } from '../launch-words.js';
import { explainMemory } from './explain-memory.js';
import type { ExplainedLaunch, ExplainedOperand, ExplainedProduct, Explanation } from './explanation.js';
import { fusedInto } from './fusion.js';
import { sourceLines } from './source-lines.js';
import { sumOf, sumsBy } from './sums.js';

/** What is known beside the program itself. */
export interface ExplainContext {
  /** What is called by a name, as parameters are: tensors, and where they are in memory. */
  readonly names?: ReadonlyMap<Tensor | Memory, string>;
  /** What each launch takes, in order, and what it takes at least. */
  readonly milliseconds?: readonly number[] | undefined;
  readonly leastMilliseconds?: readonly number[] | undefined;
}

/**
 * Explain a planned program: every launch in order, sums by layer and by kernel, and what its memory holds. Layers, passes and lines
 * are known where it was recorded `withOrigins`; without that, all is outside of layers and forward. Nothing is computed.
 */
export function explainProgram(
  plan: Omit<ProgramPlan<unknown>, 'result'>,
  { names = new Map(), milliseconds, leastMilliseconds }: ExplainContext = {},
): Explanation {
  const launches = plan.launches.map((launch, index): ExplainedLaunch => {
    const [taken, least] = [milliseconds?.[index], leastMilliseconds?.[index]];
    return {
      number: index + 1,
      ...explainLaunch(launch, plan.launches.slice(index + 1), names),
      ...(taken !== undefined && { milliseconds: taken }),
      ...(least !== undefined && { leastMilliseconds: least }),
    };
  });
  return {
    launches,
    total: sumOf(launches),
    layers: sumsBy(launches, ({ layer }) => layer),
    kernels: sumsBy(launches, ({ kernel, product }) => (product ? `${kernel} ${product.variant}` : kernel)),
    memory: explainMemory(plan),
  };
}

function explainLaunch(
  launch: Launch,
  later: readonly Launch[],
  names: ReadonlyMap<Tensor | Memory, string>,
): Omit<ExplainedLaunch, 'number'> {
  const { label, shader, entryPoint, constants, grid, cost, origin, calls, values = {} } = launch;
  const product = explainProduct(launch, later);
  return {
    layer: origin?.layer ?? '',
    op: origin?.op || (label.split('.')[0] as string),
    direction: origin?.direction ?? 'forward',
    calls: calls ? sourceLines(calls) : [],
    kernel: label,
    ...{ shader, entryPoint, constants, values },
    ...(product && { product }),
    operands: operandsOf(launch, names),
    fused: fusedInto(launch),
    grid,
    flops: cost?.flops ?? 0,
    bytes: cost?.bytes ?? 0,
  };
}

/** @param later the launches behind it */
function explainProduct(launch: Launch, later: readonly Launch[]): ExplainedProduct | undefined {
  const variant = variantOf(launch);
  const found = productOf(launch);
  const device = deviceOf(launch);
  if (variant === undefined || found === undefined || device === undefined) return undefined;
  const { key } = found;
  const parts = partsOf(launch, later);
  const split = parts === undefined ? {} : { parts };
  const { variant: chosen, ...choice } = explainChoice(device, found);
  if (chosen !== variant) return { key, variant, why: 'named', refused: [], ...split };
  return { key, variant, ...choice, ...split };
}

/** Into how many parts a product's sum is cut, where the parts are added up by a launch behind it. */
function partsOf({ operands, access }: Launch, later: readonly Launch[]): number | undefined {
  const written = operands.filter((_, index) => access[index] === 'write');
  const reader = later.find(({ operands }) => operands.some((operand) => written.includes(operand)));
  const parts = reader?.label === splitKCombine.name ? reader.values?.parts : undefined;
  return parts === 1 ? undefined : parts;
}

const deviceOf = ({ owners = [] }: Launch): Device | undefined =>
  owners.find((owner): owner is Tensor => owner instanceof Tensor)?.device;

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
