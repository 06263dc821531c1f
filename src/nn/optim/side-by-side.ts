/**
 * Parameters moved side by side into one buffer, so that one launch updates all of them: what other frameworks call a fused
 * or multi-tensor optimizer. Their gradients are brought together when a step is recorded, by the plan of its memory.
 */
import type { Device } from '../../gpu/device.js';
import { flatLayout, joined, moveTogether } from '../../tensor/flat.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { FlatParameters, Parameter } from '../parameter.js';

/**
 * Move parameters of one device side by side, or find them where another optimizer moved all that lie there. Those that a
 * recorded program knows, that are parts or have views, stay where they are, each by itself.
 * @param limit elements that a buffer holds at most
 */
export function sideBySide(
  device: Device,
  parameters: readonly Parameter[],
  limit = device.limits.maxStorageBufferBindingSize / 4,
): FlatParameters[] {
  const known = new Set(parameters.flatMap(({ home }) => home ?? []));
  const whole = [...known].filter(({ members }) =>
    members.every(({ parameter }) => parameters.includes(parameter)),
  );
  const there = new Set(whole.flatMap(({ members }) => members.map(({ parameter }) => parameter)));
  const others = parameters.filter((parameter) => !there.has(parameter));
  const canMove = (parameter: Parameter) => !parameter.shared && !device.isUsedByProgram(parameter.memory);
  const alone = others.filter((parameter) => !canMove(parameter)).map((parameter) => [parameter]);
  const together = [...fitting(others.filter(canMove), limit), ...alone];
  return [...whole, ...together.map((neighbours) => moved(device, neighbours))];
}

/** The parameters in order, divided into as few lists of at most `limit` elements as that allows. */
function fitting(parameters: readonly Parameter[], limit: number): Parameter[][] {
  const lists: Parameter[][] = [];
  for (const parameter of parameters) {
    const longer = [...(lists.at(-1) ?? []), parameter];
    if (lists.length === 0 || flatLayout(longer).length > limit) lists.push([parameter]);
    else lists[lists.length - 1] = longer;
  }
  return lists;
}

function moved(device: Device, parameters: readonly Parameter[]): FlatParameters {
  const [first] = parameters;
  if (parameters.length === 1 && first) return { members: [{ parameter: first, start: 0 }], tensor: first };
  const { starts } = flatLayout(parameters);
  const members = parameters.map((parameter, index) => ({ parameter, start: starts[index] as number }));
  const flat = { members, tensor: moveTogether(device, parameters) };
  for (const parameter of parameters) parameter.home = flat;
  return flat;
}

/** The gradients of all members as one tensor laid out as the flat one, where that can be (see `joined`) and each has one. */
export function joinedGradient({ members, tensor }: FlatParameters): Tensor | undefined {
  const gradients = members.flatMap(({ parameter: { grad } }) => grad ?? []);
  if (members.length === 1 || gradients.length < members.length) return undefined;
  return joined(tensor.device, gradients);
}
