/** A net as a graph of ONNX's operations, while it is put together. */
import type { Shape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Attribute, Initializer, Node } from './message.js';

/** What a tensor of the net is called in its state, and its numbers. */
export interface NamedValues {
  readonly name: string;
  readonly values: Float32Array;
}

export class Graph {
  readonly nodes: Node[] = [];
  readonly #initializers = new Map<string, Initializer>();
  readonly #state: ReadonlyMap<Tensor, NamedValues>;
  readonly #names = new Map<string, number>();

  /** Where in the net the nodes are that are added next: `block1.conv`. */
  place = '';

  /** @param state the tensors of the net */
  constructor(state: ReadonlyMap<Tensor, NamedValues>) {
    this.#state = state;
  }

  /** All numbers that nodes take. */
  get initializers(): Initializer[] {
    return [...this.#initializers.values()];
  }

  /** @returns the name of what the operation gives */
  node(op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    const name = this.#unused(`${this.place}/${op}`);
    this.nodes.push({ op, name, inputs, output: name, attributes });
    return name;
  }

  /** Give the net's output the name that is promised of it. */
  output(x: string, name: string): void {
    this.nodes.push({ op: 'Identity', name, inputs: [x], output: name, attributes: {} });
  }

  /** @returns the name that a parameter or buffer of the net has in its state */
  tensor(tensor: Tensor): string {
    const { name, values } = this.#state.get(tensor)!;
    this.#initializers.set(name, { name, shape: tensor.shape, values });
    return name;
  }

  /** The names of those that are there. */
  tensors(...tensors: readonly (Tensor | null)[]): string[] {
    return tensors.filter((tensor) => tensor !== null).map((tensor) => this.tensor(tensor));
  }

  /** The numbers of a parameter or buffer of the net. */
  valuesOf(tensor: Tensor): Float32Array {
    return this.#state.get(tensor)!.values;
  }

  /** Numbers that the net's state does not have as they are needed; a single one without a shape has no axes. */
  constant(numbers: ArrayLike<number>, shape: Shape = [numbers.length]): string {
    const name = this.#unused(`${this.place}/constant`);
    this.#initializers.set(name, { name, shape, values: Float32Array.from(numbers) });
    return name;
  }

  scalar(value: number): string {
    return this.constant([value], []);
  }

  /** Whole numbers: shapes, axes, and where slices begin. */
  integers(numbers: readonly number[]): string {
    const name = this.#unused(`${this.place}/integers`);
    this.#initializers.set(name, {
      name,
      shape: [numbers.length],
      values: BigInt64Array.from(numbers, BigInt),
    });
    return name;
  }

  /** Two of a kind at a place get numbers. */
  #unused(name: string): string {
    const before = this.#names.get(name) ?? 0;
    this.#names.set(name, before + 1);
    return before === 0 ? name : `${name}${before + 1}`;
  }
}
