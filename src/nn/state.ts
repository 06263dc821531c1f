import { DawngradError, ShapeError } from '../errors/errors.js';
import { rule } from '../errors/rules.js';
import { formatShape, type Shape, sameShape, sizeOf } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';

/** Values on the host, as a checkpoint file holds them. */
export interface HostArray {
  readonly shape: Shape;
  readonly values: Float32Array;
}

/** Names and values to load: from another model, or from a file. */
export type State = ReadonlyMap<string, Tensor | HostArray>;

const isHostArray = (value: unknown): boolean => {
  const { shape, values } = Object(value) as Partial<HostArray>;
  return Array.isArray(shape) && values instanceof Float32Array && values.length === sizeOf(shape);
};

/** What a `State` must be. */
export const stateRule = rule(
  'be a Map of tensors by name, or of { shape, values }, a Float32Array of that many',
  (value) =>
    value instanceof Map && [...value.values()].every((one) => one instanceof Tensor || isHostArray(one)),
);

/**
 * Overwrite a tensor in place, keeping its identity: optimizers and views go on referring to it.
 * @throws ShapeError when the shapes differ, DawngradError when the source is on another device
 */
export function assign(target: Tensor, source: Tensor | HostArray): void {
  if (!sameShape(target.shape, source.shape)) {
    throw new ShapeError(
      'loading a tensor',
      `${formatShape(source.shape)} into ${formatShape(target.shape)}; they must be equal`,
    );
  }
  if (!(source instanceof Tensor)) {
    target.write(source.values);
    return;
  }
  const { device } = target;
  if (source.device !== device) {
    throw new DawngradError('loading a tensor of another device; read it with toArray() and load its values');
  }
  if (target.size === 0 || source === target) return;
  device.copy(source.memory, target.memory, target.bytes);
  target.wasWritten();
}

/**
 * Load every target from the state, or nothing at all.
 * @throws ShapeError that lists what is missing, what nothing asked for, and what has another shape
 */
export function assignAll(what: string, targets: ReadonlyMap<string, Tensor>, state: State): void {
  const problems = {
    missing: [...targets.keys()].filter((name) => !state.has(name)),
    unexpected: [...state.keys()].filter((name) => !targets.has(name)),
    'of another shape': [...targets].flatMap(([name, target]) => {
      const source = state.get(name);
      if (!source || sameShape(source.shape, target.shape)) return [];
      return [`${name} ${formatShape(source.shape)}, expected ${formatShape(target.shape)}`];
    }),
  };
  const found = Object.entries(problems).filter(([, names]) => names.length > 0);
  if (found.length > 0) {
    const lines = found.map(([problem, names]) => `  ${problem}: ${names.join('; ')}`);
    throw new ShapeError(
      `loading the state of ${what}`,
      `it was saved from something else\n${lines.join('\n')}`,
    );
  }
  for (const [name, target] of targets) assign(target, state.get(name) as Tensor | HostArray);
}
