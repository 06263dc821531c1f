/** The one way in which arguments and options of public functions are refused: by rules (rules.ts), with what there is. */
import { ArgumentError } from './errors.js';
import type { Rule } from './rules.js';
import { show } from './show.js';

/** A rule for each option that there is. The compiler asks for one when an option is added. */
export type Rules<Options> = { readonly [Name in keyof Required<Options>]: Rule };

/**
 * Refuse options that there are not, and values that break their rules. An option that is undefined counts as left out.
 *
 *     checkOptions('AvgPool2d', options, { kernelSize: required(pairOf(whole(1))), countIncludePad: boolean, ... });
 *
 * @param who is told them: `conv2d`, `Adam`
 * @throws ArgumentError: `Adam: betas is [1, 2]; each must be at least 0 and below 1`, or
 *   `Adam: weight_decay is not an option; did you mean weightDecay? There are lr, betas, ...`
 */
export function checkOptions<Options extends object>(
  who: string,
  options: Options,
  rules: Rules<Options>,
): void {
  const isObject = typeof options === 'object' && options !== null;
  if (!isObject || Array.isArray(options) || options instanceof Promise) {
    const remedy = `they must be an object, with some of ${Object.keys(rules).join(', ')}`;
    throw new ArgumentError(who, 'options', `are ${show(options)}`, remedy);
  }
  refuseUnknown(who, 'an option', options, rules);
  for (const name in rules) {
    const value = options[name];
    if (value !== undefined || rules[name].required) checkArgument(who, name, value, rules[name]);
  }
}

/**
 * Refuse an argument that breaks a rule.
 * @throws ArgumentError: `Dropout: p is 2; it must be at least 0 and below 1`
 */
export function checkArgument(who: string, name: string, value: unknown, rule: Rule): void {
  const problem = rule(value);
  if (problem) throw new ArgumentError(who, name, `is ${show(value)}`, problem);
}

/**
 * Refuse fields that are not among the known ones.
 * @param what the known ones are: `an option`
 * @throws ArgumentError: `swish: z is not an operand; there are x, y`
 */
export function refuseUnknown(who: string, what: string, given: object, known: object): void {
  for (const name in given) {
    if (!Object.hasOwn(known, name)) throw unknown(who, what, name, Object.keys(known));
  }
}

function unknown(who: string, what: string, name: string, known: readonly string[]): ArgumentError {
  const near = known.find((other) => isNear(name, other));
  const meant = near ? `did you mean ${near}? There` : 'there';
  const remedy =
    known.length === 0
      ? 'it takes none'
      : `${meant} ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}`;
  return new ArgumentError(who, name, `is not ${what}`, remedy);
}

/** Are two names the same but for case, underscores and one or two letters? */
function isNear(a: string, b: string): boolean {
  const [short, other] = [a, b].map((name) => name.replaceAll('_', '').toLowerCase()) as [string, string];
  return editDistance(short, other) <= Math.min(2, Math.floor(other.length / 3));
}

/** The number of letters to insert, remove or replace to make one word of another (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
