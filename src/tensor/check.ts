import { ArgumentError } from '../errors/errors.js';
import type { Rule } from '../errors/rules.js';
import { show } from '../errors/show.js';
import { formatShape } from './shape.js';
import { type DType, Tensor } from './tensor.js';

/**
 * Refuse what is not a tensor, and a tensor whose elements are of another type than is read: their bits would be taken for numbers.
 * @param dtypes the types of which it may be; left out, any is
 * @throws ArgumentError
 */
export function checkTensor(op: string, what: string, tensor: Tensor, ...dtypes: DType[]): void {
  if (!(tensor instanceof Tensor)) {
    throw new ArgumentError(
      op,
      what,
      `is ${show(tensor)}, not a Tensor`,
      'make it one with from(device, values)',
    );
  }
  if (dtypes.length > 0 && !dtypes.includes(tensor.dtype)) {
    const wrong = `${formatShape(tensor.shape)} has elements of type ${tensor.dtype}, expected ${dtypes.join(' or ')}`;
    throw new ArgumentError(op, what, wrong);
  }
}

/**
 * Refuse tensors of several devices. One that is null or left out is none.
 * @throws ArgumentError naming the first on another device than the first of all
 */
export function checkOneDevice(
  op: string,
  tensors: Readonly<Record<string, Tensor | null | undefined>>,
): void {
  const given = Object.entries(tensors).flatMap(([what, tensor]) => (tensor ? [{ what, tensor }] : []));
  const [first] = given;
  const stranger = given.find(({ tensor }) => tensor.device !== first?.tensor.device);
  if (!first || !stranger) return;
  throw new ArgumentError(
    op,
    stranger.what,
    `is on another device than ${first.what}`,
    'read it with toArray() and make it anew',
  );
}

/** An option that is a tensor, with elements of this type if one is given. */
export const tensorOf =
  (dtype?: DType): Rule =>
  (value, subject = 'it') => {
    if (!(value instanceof Tensor)) return `${subject} must be a Tensor`;
    if (dtype === undefined || value.dtype === dtype) return undefined;
    return `its elements are of type ${value.dtype}, and must be of type ${dtype}`;
  };
