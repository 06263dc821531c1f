/**
 * A step, launch by launch, each looked at before the next: where do numbers that are not finite come from? It takes several times as
 * long as the step at once, and comes to the same bits.
 */
import type { Device } from '../../gpu/device.js';
import type { Memory } from '../../gpu/memory/memory.js';
import type { Launch } from '../../gpu/program/launch.js';
import type { Program, WhichLaunches } from '../../gpu/program/program.js';
import { PlannedMemory } from '../../gpu/program/recording.js';
import {
  type ArrayStatistics,
  gatherStatistics,
  joinStatistics,
} from '../../kernels/reductions/array-statistics.js';
import type { Module } from '../../nn/module.js';
import { arrays } from '../../tensor/items.js';
import { type Shape, sizeOf } from '../../tensor/shape.js';
import { Storage } from '../../tensor/storage.js';
import { type DType, Tensor } from '../../tensor/tensor.js';
import { type LaunchInput, NotFiniteError, type NotFiniteLaunch } from './not-finite-error.js';

/** Numbers somewhere in memory, and what to call them. */
interface Place {
  readonly binding: string;
  readonly memory: Memory;
  readonly shape: Shape;
  readonly dtype: DType;
}

export interface CheckOptions extends WhichLaunches {
  /** Whose step it is. */
  readonly model: Module;
  /** Is the loss scaled? Then gradients may be infinite: such a step is skipped, and its scale lowered. */
  readonly scaled: boolean;
  /** When in the run, for the error: `step 12 of epoch 1`. */
  readonly when: string;
}

/**
 * Run a program that was recorded while it was traced.
 * @throws NotFiniteError at the first launch that turned an element into one that is infinite or NaN; the rest is not run then
 */
export async function runChecked(
  device: Device,
  program: Program<unknown>,
  options: CheckOptions,
): Promise<void> {
  const named = tensorsOf(options.model);
  /** What this step has written to so far: the other memory of the program may hold anything. */
  const written = new Set<Memory>();
  let number = 0;
  for (const { launch, run } of program.oneByOne(options)) {
    number += 1;
    const overwritten = placesIn(launch, 'write');
    const outputs = watched(launch, overwritten, named, options.scaled);
    const before = new Map([...overwritten, ...outputs].map((place) => [place, copyOf(device, place)]));
    run(1);
    const output = await firstNotFinite(device, outputs, before);
    if (output) {
      const given = placesIn(launch, 'read').map((place) => [place, viewOf(device, place)] as const);
      const isKnown = ({ memory }: Place) => written.has(memory) || !(memory instanceof PlannedMemory);
      const updated = [...before].filter(([place]) => overwritten.includes(place) && isKnown(place));
      throw new NotFiniteError({
        ...{ when: options.when, number, output },
        layer: launch.origin?.layer ?? '',
        op: launch.origin?.op || (launch.label.split('.')[0] as string),
        direction: launch.origin?.direction ?? 'forward',
        ...{ kernel: launch.label, shader: launch.shader, constants: launch.constants },
        params: launch.values ?? {},
        inputs: await Promise.all([...given, ...updated].map((input) => inputFrom(...input, named))),
      });
    }
    for (const copy of before.values()) copy.dispose();
    for (const { memory } of overwritten) written.add(memory);
  }
}

/** Parameters, buffers and gradients, by name. */
function tensorsOf(model: Module): Map<string, Tensor> {
  const tensors = model.stateDict();
  for (const [name, { grad }] of model.namedParameters()) if (grad) tensors.set(`${name}.grad`, grad);
  return tensors;
}

/** What a launch reads, or writes to; not what stands in for a binding that its shader does not touch. */
const placesIn = ({ operands, owners = [], access, bindings = [] }: Launch, how: 'read' | 'write'): Place[] =>
  operands.flatMap((memory, index) => {
    const [owner, binding] = [owners[index], bindings[index]];
    if (access[index] !== how || !binding || !(owner instanceof Tensor)) return [];
    return [{ binding, memory, shape: owner.shape, dtype: owner.dtype }];
  });

/**
 * The outputs of a launch in which no number should be infinite or NaN. An optimizer updates all parameters side by side, with
 * memory between them that is nobody's: of what it writes to, the model's own tensors are looked at.
 */
function watched(
  launch: Launch,
  overwritten: readonly Place[],
  named: ReadonlyMap<string, Tensor>,
  scaled: boolean,
): Place[] {
  const direction = launch.origin?.direction;
  const floats = overwritten.filter(({ dtype, shape }) => dtype !== 'u32' && sizeOf(shape) > 0);
  if (direction !== 'update') return scaled && direction === 'backward' ? [] : floats;
  return [...named].flatMap(([binding, { memory, shape, dtype }]) => {
    const isWritten = floats.some((place) => isWithin(memory, place.memory));
    return isWritten && !(scaled && binding.endsWith('.grad')) ? [{ binding, memory, shape, dtype }] : [];
  });
}

const isWithin = (part: Memory, whole: Memory): boolean =>
  part.buffer === whole.buffer &&
  part.offset >= whole.offset &&
  part.offset + part.size <= whole.offset + whole.size;

/** A tensor over memory that is somebody else's. */
const viewOf = (device: Device, { memory: { buffer, offset, size }, shape, dtype }: Place): Tensor =>
  new Tensor(device, shape, dtype, new Storage({ buffer, offset, size, release: () => {} }));

function copyOf(device: Device, { memory, shape, dtype }: Place): Tensor {
  const copy = new Tensor(device, shape, dtype);
  if (copy.size > 0) device.copy(memory, copy.memory, copy.bytes);
  return copy;
}

/** The first output that has an element that is infinite or NaN, and was not before. */
async function firstNotFinite(
  device: Device,
  outputs: readonly Place[],
  before: ReadonlyMap<Place, Tensor>,
): Promise<NotFiniteLaunch['output'] | undefined> {
  const statistics = await statisticsOf(outputs.map((place) => viewOf(device, place)));
  for (const [index, place] of outputs.entries()) {
    if (statistics[index]?.notFinite === 0) continue;
    const [was, is] = await arrays(before.get(place) as Tensor, viewOf(device, place));
    const notFinite = countMade(was as Float32Array, is as Float32Array);
    // What a launch leaves as it was, may be anything.
    if (notFinite > 0) return { name: place.binding, shape: place.shape, notFinite };
  }
  return undefined;
}

/** How many elements are infinite or NaN, and were not these very bits before. */
function countMade(before: Float32Array, after: Float32Array): number {
  const [bits, newBits] = [before, after].map(({ buffer }) => new Uint32Array(buffer));
  let count = 0;
  for (let i = 0; i < after.length; i++) {
    if (!Number.isFinite(after[i]) && bits![i] !== newBits![i]) count++;
  }
  return count;
}

async function statisticsOf(tensors: readonly Tensor[]): Promise<ArrayStatistics[]> {
  if (tensors.length === 0) return [];
  const parts = tensors.map(gatherStatistics);
  const words = await arrays(...parts);
  for (const part of parts) part.dispose();
  return tensors.map(({ size }, index) => joinStatistics(size, words[index]!));
}

async function inputFrom(
  { binding, memory, shape, dtype }: Place,
  tensor: Tensor,
  named: ReadonlyMap<string, Tensor>,
): Promise<LaunchInput> {
  const parameter = [...named].find(
    ([, one]) => isWithin(one.memory, memory) && one.size === sizeOf(shape),
  )?.[0];
  const [statistics] = dtype === 'u32' ? [] : await statisticsOf([tensor]);
  return {
    ...{ binding, shape, values: await tensor.toArray() },
    ...(parameter !== undefined && { parameter }),
    ...(statistics && { statistics }),
  };
}
