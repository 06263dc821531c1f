/** Parameters in one buffer, and what an optimizer keeps beside them: one launch can update all of it. */
import type { Device } from '../../gpu/device.js';
import { filled } from '../../kernels/fill.js';
import { fromArray } from '../../tensor/create.js';
import { BLOCK, blocksOf } from '../../tensor/flat.js';
import type { Tensor } from '../../tensor/tensor.js';
import { keep } from '../../tensor/tidy.js';
import type { FlatParameters, Parameter } from '../parameter.js';
import { joinedGradient } from './side-by-side.js';

/** A gradient in a chunk: of all its parameters, or of one. */
export interface Piece<Slot extends string> {
  readonly chunk: Chunk<Slot>;
  readonly gradient: Tensor;
  /** The element of the chunk at which it begins. */
  readonly start: number;
  /** Was it made of the gradients of several, which have theirs besides? */
  readonly joined: boolean;
}

/** What is kept outlives every `tidy` and every program. */
export class Chunk<Slot extends string> {
  readonly #flat: FlatParameters;
  /** u32 `[blocks]`: the row of the hyper-parameters that each block goes by. */
  readonly rowOfBlock: Tensor;
  #slots: Record<Slot, Tensor> | undefined;
  #elementsOfBlock: Tensor | undefined;

  /** @param rows of each parameter: to the kernel each is a group of its own, since each has taken steps of its own */
  constructor(flat: FlatParameters, rows: ReadonlyMap<Parameter, number>) {
    this.#flat = flat;
    this.rowOfBlock = this.#perBlock((parameter) => rows.get(parameter) as number);
  }

  /** f32 `[S]`: the parameters and what is between them. */
  get tensor(): Tensor {
    return this.#flat.tensor;
  }

  get members(): FlatParameters['members'] {
    return this.#flat.members;
  }

  /** u32 `[blocks]`: how many elements of each block are a parameter's: the others mean nothing. Made when it is first needed. */
  get elementsOfBlock(): Tensor {
    this.#elementsOfBlock ??= this.#perBlock(({ size }, block) => Math.min(size - block * BLOCK, BLOCK));
    return this.#elementsOfBlock;
  }

  /** The tensors of these names that are kept for the parameters, laid out as they are: zeros when they are first needed. */
  slots(names: readonly Slot[]): Record<Slot, Tensor> {
    this.#slots ??= this.#device.unrecorded(() => {
      const zeros = () => keep(filled(this.#device, this.tensor.shape, 0));
      return Object.fromEntries(names.map((name) => [name, zeros()])) as Record<Slot, Tensor>;
    });
    return this.#slots;
  }

  /** A parameter's part of a slot. */
  partOf(slot: Tensor, { parameter, start }: FlatParameters['members'][number]): Tensor {
    return this.members.length === 1 ? slot : keep(slot.part(start, parameter.shape));
  }

  /** The gradients that there are: all in one where they can be joined, else one by one. */
  pieces(): Piece<Slot>[] {
    const all = joinedGradient(this.#flat);
    if (all) return [{ chunk: this, gradient: all, start: 0, joined: true }];
    return this.members.flatMap(({ parameter: { grad }, start }) =>
      grad ? [{ chunk: this, gradient: grad, start, joined: false }] : [],
    );
  }

  get #device(): Device {
    return this.tensor.device;
  }

  /** @param numberOf what a parameter's blocks hold, counted from its first; those of nobody hold 0 */
  #perBlock(numberOf: (parameter: Parameter, block: number) => number): Tensor {
    const numbers = new Uint32Array(blocksOf(this.tensor.size));
    for (const { parameter, start } of this.members) {
      for (let block = 0; block < blocksOf(parameter.size); block++) {
        numbers[start / BLOCK + block] = numberOf(parameter, block);
      }
    }
    return this.#device.unrecorded(() => keep(fromArray(this.#device, numbers, [numbers.length])));
  }
}
