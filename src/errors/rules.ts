/**
 * What a value must be, in rules that are put together: `optional` numbers in a range, one of some words, pairs, lists. They are
 * what `checkOptions` and `checkArgument` hold the arguments of public functions to.
 */

/**
 * What is wrong with a value, in words that follow "it is 3;": `it must be at least 0`. Undefined if the value is right.
 * @param subject who must be so: `it`, or `each` for an element of a list
 */
export interface Rule {
  (value: unknown, subject?: string): string | undefined;
  /** Must the option be given? Else undefined counts as left out, whatever the rule says. */
  readonly required?: true;
}

/** A rule that `must` says in words, for a value that `allows` does not allow. */
export const rule =
  (must: string, allows: (value: unknown) => boolean): Rule =>
  (value, subject = 'it') =>
    allows(value) ? undefined : `${subject} must ${must}`;

/** Where a number must lie. */
export interface Range {
  readonly atLeast?: number;
  readonly above?: number;
  readonly atMost?: number;
  readonly below?: number;
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && !Number.isNaN(value);

const inWords = ({ atLeast, above, atMost, below }: Range): string =>
  [
    atLeast !== undefined && `at least ${atLeast}`,
    above !== undefined && `above ${above}`,
    atMost !== undefined && `at most ${atMost}`,
    below !== undefined && `below ${below}`,
  ]
    .filter(Boolean)
    .join(' and ');

const within = (
  value: number,
  { atLeast = Number.NEGATIVE_INFINITY, above, atMost = Number.POSITIVE_INFINITY, below }: Range,
): boolean =>
  value >= atLeast &&
  value <= atMost &&
  (above === undefined || value > above) &&
  (below === undefined || value < below);

/** A finite number, in a range if one is given. */
export function number(range: Range = {}): Rule {
  const where = inWords(range);
  return (value, subject = 'it') => {
    if (!isNumber(value)) return `${subject} must be a number${where && `, ${where}`}`;
    if (!within(value, range)) return `${subject} must be ${where}`;
    return Number.isFinite(value) ? undefined : `${subject} must be finite`;
  };
}

/** A number that takes part in a computation: infinity and NaN are as good as others. */
export const anyNumber = rule('be a number', (value) => typeof value === 'number');

/** A whole number of at least `least`, and at most `most`. */
export const whole = (least = 0, most = Number.MAX_SAFE_INTEGER): Rule =>
  rule(
    `be a whole number of at least ${least}${most < Number.MAX_SAFE_INTEGER ? ` and at most ${most}` : ''}`,
    (value) => Number.isInteger(value) && within(value as number, { atLeast: least, atMost: most }),
  );

/** A whole number, which may be negative. */
export const anyWhole = rule('be a whole number', Number.isInteger);

/** Seeds and streams of random numbers are 32 bits. */
export const seed = whole(0, 2 ** 32 - 1);

export const boolean = rule('be true or false', (value) => typeof value === 'boolean');

export const text = rule('be a string', (value) => typeof value === 'string');

/** What can be the name of a file on every system, or the beginning of one; it leads into no other directory. */
export const fileName = rule(
  'be a file name of letters, digits, dots and dashes, which begins with a letter or digit',
  (value) => typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(value),
);

export const callable = rule('be a function', (value) => typeof value === 'function');

/** An object whose fields somebody else checks. */
export const object = rule('be an object', (value) => typeof value === 'object' && value !== null);

/** An object literal, not one of a class. */
export const plainObject = rule(
  'be a plain object',
  (value) => typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype,
);

/** An object with a method of this name; `what` says what it is. */
export const having = (method: string, what: string): Rule =>
  rule(`be ${what}`, (value) => typeof Object(value)[method] === 'function');

/** One of these values. */
export const oneOf = (...values: readonly unknown[]): Rule =>
  rule(
    `be ${values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value))).join(' or ')}`,
    (value) => values.includes(value),
  );

/** An object of this class, or of one that extends it; `advice` says where to get one. */
export const instance = (type: Class, advice = ''): Rule =>
  rule(`be ${/^[AEIO]/.test(type.name) ? 'an' : 'a'} ${type.name}${advice}`, (value) =>
    type[Symbol.hasInstance](value),
  );

/** A class, whose constructor may be private. */
interface Class {
  readonly name: string;
  [Symbol.hasInstance](value: unknown): boolean;
}

/** An array, of `length` elements if that is given, each of which follows a rule. */
export const list =
  (each: Rule, length?: number): Rule =>
  (value, subject = 'it') => {
    if (!Array.isArray(value) || (length !== undefined && value.length !== length)) {
      return `${subject} must be an array${length === undefined ? '' : ` of ${length}`}`;
    }
    for (const item of value) {
      const problem = each(item, 'each');
      if (problem) return problem;
    }
    return undefined;
  };

/** An object literal, each field of which follows a rule. */
export const fieldsOf =
  (each: Rule): Rule =>
  (value, subject) => {
    const problem = plainObject(value, subject);
    if (problem) return problem;
    return Object.values(value as object)
      .map((field) => each(field, 'each'))
      .find((problem) => problem !== undefined);
  };

/** One value for rows and columns, or an array with one for each. */
export const pairOf = (each: Rule): Rule => {
  const both = list(each, 2);
  return (value, subject) => (Array.isArray(value) && value.length === 2 ? both : each)(value, subject);
};

/** What follows one of two rules; the first one says what is wrong. */
export const either =
  (first: Rule, second: Rule): Rule =>
  (value, subject) =>
    second(value, subject) === undefined ? undefined : first(value, subject);

/** An option that must be given. */
export const required = (given: Rule): Rule =>
  Object.assign((value: unknown, subject?: string) => given(value, subject), { required: true as const });

/**
 * A function that awaits nothing. What an async function does after its first `await` happens when whoever called it has
 * long gone on: a scope that should hold for all of its work would have been over by then.
 */
export const synchronous: Rule = (value, subject = 'it') => {
  if (typeof value !== 'function') return `${subject} must be a function`;
  if (Object.prototype.toString.call(value) !== '[object AsyncFunction]') return undefined;
  return (
    `${subject} must await nothing, since what comes after an await would be outside; ` +
    'await before or after, or return the promise from a plain function'
  );
};
