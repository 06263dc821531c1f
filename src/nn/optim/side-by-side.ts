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

/**
 * Move parameters of one device side by side. Those that a recorded program knows, or of which there are views, must stay
 * where they are, each by itself; and a buffer holds no more than the device lets it.
 */
export function sideBySide(device: Device, parameters: readonly Parameter[]): Flat[] {
  const canMove = (parameter: Parameter) => !parameter.shared && !device.isRecorded(parameter.memory);
  const alone = parameters.filter((parameter) => !canMove(parameter));
  const limit = device.limits.maxStorageBufferBindingSize / 4;
  const runs: Parameter[][] = [];
  let length = limit;
  for (const parameter of parameters.filter(canMove)) {
    length += lengthOf(parameter);
    if (length > limit) {
      runs.push([]);
      length = lengthOf(parameter);
    }
    runs.at(-1)?.push(parameter);
  }
  return [...runs, ...alone.map((parameter) => [parameter])].map((run) => moved(device, run));
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
  const tensor = keep(new Tensor(device, [length]));
  for (const { parameter, start } of members) parameter.moveInto(tensor, start);
  // Buffers of these sizes will not be asked for again.
  device.trim();
  return { members, tensor };
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
