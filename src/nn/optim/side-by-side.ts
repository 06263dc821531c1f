/**
 * Parameters moved side by side into one buffer, so that one launch updates all of them: what other frameworks call a fused
 * or multi-tensor optimizer. Their gradients are brought together when a step is recorded, by the plan of its memory.
 */
import type { Device } from '../../gpu/device.js';
import { flatLayout, joined, moveTogether } from '../../tensor/flat.js';
import type { Tensor } from '../../tensor/tensor.js';
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

/** Where parameters were moved to. They stay there, as parts do: whoever moved them counts on it. */
const homes = new WeakMap<Parameter, Flat>();

/**
 * Move parameters of one device side by side, or find them where another optimizer moved all that lie there. Those that a
 * recorded program knows, that are parts or have views, stay where they are, each by itself.
 * @param limit elements that a buffer holds at most
 */
export function sideBySide(
  device: Device,
  parameters: readonly Parameter[],
  limit = device.limits.maxStorageBufferBindingSize / 4,
): Flat[] {
  const known = new Set(parameters.flatMap((parameter) => homes.get(parameter) ?? []));
  const whole = [...known].filter(({ members }) =>
    members.every(({ parameter }) => parameters.includes(parameter)),
  );
  const there = new Set(whole.flatMap(({ members }) => members.map(({ parameter }) => parameter)));
  const others = parameters.filter((parameter) => !there.has(parameter));
  const canMove = (parameter: Parameter) => !parameter.shared && !device.isRecorded(parameter.memory);
  const alone = others.filter((parameter) => !canMove(parameter)).map((parameter) => [parameter]);
  const runs = [...fitting(others.filter(canMove), limit), ...alone];
  return [...whole, ...runs.map((run) => moved(device, run))];
}

/** Runs of parameters of at most `limit` elements. */
function fitting(parameters: readonly Parameter[], limit: number): Parameter[][] {
  const runs: Parameter[][] = [];
  for (const parameter of parameters) {
    const longer = [...(runs.at(-1) ?? []), parameter];
    if (runs.length === 0 || flatLayout(longer).length > limit) runs.push([parameter]);
    else runs[runs.length - 1] = longer;
  }
  return runs;
}

function moved(device: Device, parameters: readonly Parameter[]): Flat {
  const [first] = parameters;
  if (parameters.length === 1 && first) return { members: [{ parameter: first, start: 0 }], tensor: first };
  const { starts } = flatLayout(parameters);
  const members = parameters.map((parameter, index) => ({ parameter, start: starts[index] as number }));
  const flat = { members, tensor: moveTogether(device, parameters) };
  for (const parameter of parameters) homes.set(parameter, flat);
  return flat;
}

/** The gradients of all members as one tensor laid out as the flat one, where that can be (see `joined`) and each has one. */
export function joinedGradient({ members, tensor }: Flat): Tensor | undefined {
  const gradients = members.flatMap(({ parameter: { grad } }) => grad ?? []);
  if (members.length === 1 || gradients.length < members.length) return undefined;
  return joined(tensor.device, gradients);
}
