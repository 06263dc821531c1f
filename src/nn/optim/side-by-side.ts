/**
 * Parameters moved side by side into one buffer, so that one launch updates all of them: what other frameworks call a fused
 * or multi-tensor optimizer. Their gradients are brought together when a step is recorded, by the plan of its memory.
 */
import type { Device } from '../../gpu/device.js';
import { BLOCK, blocksOf } from '../../kernels/flat-parameters.js';
import { Storage } from '../../tensor/storage.js';
import { Tensor } from '../../tensor/tensor.js';
import { keep } from '../../tensor/tidy.js';
import type { Parameter } from '../parameter.js';

/** A parameter, and from which element of the flat tensor on it lies. */
export interface Member {
  readonly parameter: Parameter;
  readonly start: number;
}

/** Parameters in one buffer. */
export interface Flat {
  readonly members: readonly Member[];
  /** f32 `[S]`: their values and what is between them. */
  readonly tensor: Tensor;
}

/** Elements from where a parameter begins to where the next may. */
const lengthOf = ({ size }: Tensor): number => blocksOf(size) * BLOCK;

/** Where parameters were moved to. They stay there: whoever moved them counts on it. */
const homes = new WeakMap<Parameter, Flat>();

/**
 * Move parameters of one device side by side, or find them where another optimizer moved all that lie there. Those that a
 * recorded program knows, of which there are views, or that lie among others, stay where they are, each by itself; and a
 * buffer holds no more than the device lets it.
 */
export function sideBySide(device: Device, parameters: readonly Parameter[]): Flat[] {
  const known = new Set(parameters.flatMap((parameter) => homes.get(parameter) ?? []));
  const whole = [...known].filter(({ members }) =>
    members.every(({ parameter }) => parameters.includes(parameter)),
  );
  const there = new Set(whole.flatMap(({ members }) => members.map(({ parameter }) => parameter)));
  const others = parameters.filter((parameter) => !there.has(parameter));
  const canMove = (parameter: Parameter) =>
    !homes.has(parameter) && !parameter.shared && !device.isRecorded(parameter.memory);
  const alone = others.filter((parameter) => !canMove(parameter)).map((parameter) => [parameter]);
  const runs = [...fitting(others.filter(canMove), device.limits.maxStorageBufferBindingSize / 4), ...alone];
  return [...whole, ...runs.map((run) => moved(device, run))];
}

/** Runs of parameters of at most `limit` elements. */
function fitting(parameters: readonly Parameter[], limit: number): Parameter[][] {
  const runs: Parameter[][] = [];
  let length = limit;
  for (const parameter of parameters) {
    length += lengthOf(parameter);
    if (length > limit) {
      runs.push([]);
      length = lengthOf(parameter);
    }
    runs.at(-1)?.push(parameter);
  }
  return runs;
}

function moved(device: Device, parameters: readonly Parameter[]): Flat {
  const [first] = parameters;
  if (parameters.length === 1 && first) return { members: [{ parameter: first, start: 0 }], tensor: first };
  let length = 0;
  const members = parameters.map((parameter) => {
    const start = length;
    length += lengthOf(parameter);
    return { parameter, start };
  });
  const whole = new Tensor(device, [length]);
  for (const { parameter, start } of members) parameter.moveInto(whole, start);
  // It belongs to the parameters: the last that is disposed of gives it back.
  const { buffer, offset, size } = whole.memory;
  const borrowed = new Storage({ buffer, offset, size, release: () => {} });
  const tensor = keep(new Tensor(device, whole.shape, 'f32', borrowed));
  whole.dispose();
  // Buffers of the sizes that they had will not be asked for again.
  device.trim();
  const flat = { members, tensor };
  for (const parameter of parameters) homes.set(parameter, flat);
  return flat;
}

/**
 * The gradients of all members as one tensor laid out as the flat one; undefined where it cannot be: outside of recordings,
 * where each gradient is where it was computed, or where a member has none.
 */
export function joinedGradient({ members, tensor }: Flat): Tensor | undefined {
  const gradients = members.flatMap(({ parameter: { grad } }) => (grad ? [grad.memory] : []));
  if (members.length === 1 || gradients.length < members.length) return undefined;
  const memory = tensor.device.join(gradients, 'gradients of all parameters');
  return memory && new Tensor(tensor.device, tensor.shape, 'f32', new Storage(memory));
}
