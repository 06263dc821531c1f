/** An explained step, for people. */
import { digits } from '../../inspect/digits.js';
import type { StepExplanation } from '../../inspect/explain/explain-run.js';
import type { ExplainedLaunch, ExplainedOperand, LaunchSum } from '../../inspect/explain/explanation.js';
import { REASONS } from '../../inspect/explain/reasons.js';
import type { DeviceLimits } from '../../inspect/limits.js';
import { formatShape } from '../../tensor/shape.js';
import { textTable } from './text-table.js';

/** The launches in order, each with its numbers and, below, what it is made of; the sums; the memory. */
export function describeExplanation(explanation: StepExplanation): string {
  const { launches, total, layers, kernels } = explanation;
  return [
    ...titleOf(explanation),
    '',
    ...launchLines(launches, total.milliseconds, explanation.measurements.ignored),
    '',
    ...sumLines('layer', layers, total),
    '',
    ...sumLines('kernel', kernels, total),
    '',
    ...(total.spared.launches > 0 ? [describeFusion(total), ''] : []),
    ...memoryLines(explanation),
    '',
  ].join('\n');
}

function titleOf({
  step,
  model,
  batch,
  precision,
  adapter,
  measurements,
  total,
  limits,
  stepMilliseconds,
}: StepExplanation): string[] {
  const { path, products, ignored } = measurements;
  const table =
    ignored !== undefined
      ? `measurements: none used; ${path}: ${ignored}`
      : products > 0
        ? `measurements: of ${products} ${products === 1 ? 'product' : 'products'}, ${path}`
        : 'measurements: none of this adapter; `dawngrad tune` makes some';
  return [
    `${model}, ${step} step, batch ${batch}, precision ${precision}, on ${adapter}: ${total.launches} launches`,
    table,
    ...(limits ? [describeLimits(limits)] : []),
    ...(stepMilliseconds === undefined ? [] : [describeStep(stepMilliseconds, total.milliseconds ?? 0)]),
  ];
}

const describeLimits = ({ gflops, gigabytes, matrixGflops }: DeviceLimits): string =>
  `limits, measured just now: ${digits(gflops)} GFLOP/s, ${digits(gigabytes)} GB/s through memory` +
  `${matrixGflops === undefined ? '' : `, ${digits(matrixGflops)} GFLOP/s of matrix units`}; what stays in a cache can exceed 100 %`;

const describeStep = (step: number, launches: number): string =>
  `the step, measured just now: ${digits(step)} ms on the wall clock; its launches, one by one, come to ${digits(launches)} ms ` +
  `(${digits((100 * launches) / step)} %)`;

const mega = (value: number): string => digits(value / 1e6);

/** A number of a table: where there is nothing, nothing is in the way of what there is. */
const cell = (value: number): string => (value === 0 ? '' : digits(value));

/** Headings of the numbers, and those of a launch or a sum. */
const numberHeadings = (timed: boolean): string[] => [
  'MFLOP',
  'MB',
  ...(timed ? ['us', '% step', '% limit', 'GFLOP/s', 'GB/s'] : []),
];
function numbersOf(
  {
    flops,
    bytes,
    milliseconds,
    leastMilliseconds = 0,
  }: Pick<LaunchSum, 'flops' | 'bytes' | 'milliseconds' | 'leastMilliseconds'>,
  step: number | undefined,
): string[] {
  const work = [flops, bytes].map((value) => cell(value / 1e6));
  if (milliseconds === undefined || step === undefined) return work;
  const rates = [flops, bytes].map((value) => cell(value / milliseconds / 1e6));
  const shares = [milliseconds / step, leastMilliseconds / milliseconds].map((share) => cell(100 * share));
  return [...work, cell(1000 * milliseconds), ...shares, ...rates];
}

/** @param ignored why measurements that are there were not used, if so */
function launchLines(
  launches: readonly ExplainedLaunch[],
  step: number | undefined,
  ignored: string | undefined,
): string[] {
  const words = ['', 'layer', 'op', 'pass', 'kernel'];
  const rows = launches.map((launch) => [
    String(launch.number),
    launch.layer || '-',
    ...[launch.op, launch.direction, launch.kernel],
    ...numbersOf(launch, step),
  ]);
  const head = [...words, ...numberHeadings(step !== undefined)];
  const [first, ...lines] = textTable([head, ...rows], (column) => column === 0 || column >= words.length);
  const indent = ' '.repeat(String(launches.length).length + 4);
  return [
    first as string,
    ...lines.flatMap((line, index) => [
      line,
      ...detailsOf(launches[index] as ExplainedLaunch, ignored).map((detail) => `${indent}${detail}`),
    ]),
  ];
}

function detailsOf(
  { product, operands, fused, calls, shader, entryPoint, constants, grid }: ExplainedLaunch,
  ignored: string | undefined,
): string[] {
  const given = (how: ExplainedOperand['access']) =>
    operands
      .filter(({ access }) => access === how)
      .map(describeOperand)
      .join(', ');
  const specialised = Object.entries(constants).map(([name, value]) => ` ${name}=${value}`);
  return [
    ...(product ? [describeProduct(product, ignored), product.key] : []),
    `${given('read')} -> ${given('write')}`.trim(),
    ...(fused.length > 0 ? [describeFused(fused)] : []),
    `${shader} ${entryPoint}${specialised.join('')}, grid ${grid.join(' x ')}`,
    ...(calls.length > 0 ? [`called by ${calls.slice(0, CALLS).join(', from ')}`] : []),
  ];
}

function describeFused(fused: ExplainedLaunch['fused']): string {
  const spared = fused.reduce((sum, { bytes }) => sum + bytes, 0);
  const launches = fused.length === 1 ? 'a launch' : `${fused.length} launches`;
  return `on the way: ${fused.map(({ pass }) => pass).join(', ')}; spares ${launches} and ${mega(spared)} MB`;
}

/** The layer, and what it is part of: all of them fill a screen. */
const CALLS = 2;

function describeProduct(
  { variant, why, place, refused, parts }: NonNullable<ExplainedLaunch['product']>,
  ignored: string | undefined,
): string {
  const unused = ignored === undefined ? '' : `; measurements are not used: ${ignored}`;
  const others = refused.length > 0 ? `; preferred, but not possible here: ${refused.join(', ')}` : '';
  const rule = place === undefined ? '' : `, ${place}`;
  const split = parts === undefined ? '' : `; its sum is cut into ${parts} parts`;
  return `variant ${variant}: ${REASONS[why]}${rule}${others}${unused}${split}`;
}

const describeOperand = ({ binding, parameter, dtype, shape }: ExplainedOperand): string =>
  `${binding} ${parameter ? `${parameter} ` : ''}${formatShape(shape)}${dtype === 'f32' ? '' : ` ${dtype}`}`;

function sumLines(what: string, sums: readonly LaunchSum[], total: Omit<LaunchSum, 'of'>): string[] {
  const step = total.milliseconds;
  const rows = [...sums, { of: 'total', ...total }].map((sum) => [
    sum.of || '-',
    String(sum.launches),
    ...numbersOf(sum, step),
  ]);
  return textTable(
    [[what, 'launches', ...numberHeadings(step !== undefined)], ...rows],
    (column) => column > 0,
  );
}

const describeFusion = ({ spared }: Pick<LaunchSum, 'spared'>): string =>
  `what launches do on the way spares ${spared.launches} launches and ${mega(spared.bytes)} MB`;

const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

/** Bytes as MiB. */
const mebibytes = (bytes: number): string => digits(bytes / 2 ** 20);

function memoryLines({ memory, launches, uploadBytes }: StepExplanation): string[] {
  const { buffers, textures, peak, tensors } = memory;
  const rows = peak.tensors.map((index) => {
    const { label, bytes, from, until, writtenBy } = tensors[index]!;
    const writer = writtenBy === null ? undefined : launches[writtenBy - 1];
    const maker = writer ? `${writer.number} ${writer.layer || '-'} ${writer.op} ${writer.direction}` : '-';
    return [mebibytes(bytes), label, `${from} to ${until ?? 'the end, and after'}`, maker];
  });
  return [
    `memory: the step's ${mebibytes(total(buffers))} MiB for ${tensors.length} tensors, ` +
      (textures.length > 0 ? `${mebibytes(total(textures))} MiB for copies in textures, ` : '') +
      `and ${mebibytes(uploadBytes)} MiB for the batch; ` +
      `at the most ${mebibytes(peak.bytes)} MiB are in use, at launch ${peak.launch}, by`,
    ...textTable(
      [['MiB', 'tensor', 'needed by launches', 'first written by'], ...rows],
      (column) => column === 0,
    ),
  ];
}
