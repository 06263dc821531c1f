/** What matrix products may round their operands to, in the words of PyTorch's `set_float32_matmul_precision`. */
import { oneOf, type Rule } from '../errors/rules.js';

/**
 * From the most exact down; each may also do as those before it do. Sums are in single precision always. What is stored is so too,
 * but for activations with `medium`: see src/kernels/stored-dtype.ts.
 *
 * | precision | a product takes each operand as                               | relative error |
 * |-----------|---------------------------------------------------------------|----------------|
 * | `highest` | it is: a number of 32 bits                                    | 1e-7 to 1e-6   |
 * | `high`    | the sum of two halves, which makes three products of halves   | 1e-6 to 1e-5   |
 * | `medium`  | a half: 11 bits, and nothing beyond 65,504 or much under 6e-8 | 3e-4           |
 */
export const PRECISIONS = ['highest', 'high', 'medium'] as const;

export type Precision = (typeof PRECISIONS)[number];

/** Is `wanted` no more exact than what is asked `of` a device? Then the device may do as it says. */
export const allows = (of: Precision, wanted: Precision): boolean =>
  PRECISIONS.indexOf(wanted) <= PRECISIONS.indexOf(of);

/** What a precision must be; by its old name it is told the new one. */
export const precisionRule: Rule = (value, subject) => {
  const problem = oneOf(...PRECISIONS)(value, subject);
  const now = renamed(value);
  return problem && now !== value ? `${problem}, which is what '${value}' is called now` : problem;
};

const OLD_NAMES: Readonly<Record<string, Precision>> = { single: 'highest', half: 'medium' };

/** A precision by the name that a file or a person gives it: what is in use since long ago may still say `single` or `half`. */
export const renamed = (name: unknown): unknown =>
  typeof name === 'string' && Object.hasOwn(OLD_NAMES, name) ? OLD_NAMES[name] : name;
