import { describe, expect, it } from 'vitest';
import { checkArgument, checkOptions } from '../../src/errors/check-options.js';
import { ArgumentError } from '../../src/errors/errors.js';
import {
  boolean,
  either,
  instance,
  list,
  number,
  oneOf,
  pairOf,
  type Rule,
  required,
  synchronous,
  whole,
} from '../../src/errors/rules.js';

const RULES = {
  kernelSize: required(pairOf(whole(1))),
  weightDecay: number({ atLeast: 0 }),
  bias: boolean,
};

describe('options', () => {
  it('pass where they follow their rules; one that is undefined counts as left out', () => {
    expect(() =>
      checkOptions('Layer', { kernelSize: [1, 2], weightDecay: 0.5, bias: false }, RULES),
    ).not.toThrow();
    expect(() =>
      checkOptions('Layer', { kernelSize: 3, bias: undefined } as never, RULES as never),
    ).not.toThrow();
  });

  it('that there are not are refused, with those that there are', () => {
    expect(() => checkOptions('Layer', { kernelSize: 3, groups: 2 } as never, RULES as never)).toThrow(
      new ArgumentError('Layer', 'groups', 'is not an option', 'there are kernelSize, weightDecay, bias'),
    );
    expect(() => checkOptions('glyphs', { colour: 1 } as never, {} as never)).toThrow(
      'glyphs: colour is not an option; it takes none',
    );
  });

  it('that were not awaited are told so, and so are arguments', () => {
    expect(() => checkOptions('Layer', Promise.resolve({}) as never, RULES as never)).toThrow(
      'Layer: options are a Promise (await it first); they must be an object',
    );
    expect(() => checkArgument('Layer', 'p', Promise.resolve(1), number())).toThrow(
      'Layer: p is a Promise (await it first); it must be a number',
    );
  });

  it.each([
    ['weight_decay', 'weightDecay'],
    ['WeightDecay', 'weightDecay'],
    ['wieghtDecay', 'weightDecay'],
    ['kernel_size', 'kernelSize'],
    ['bais', undefined],
    ['bia', 'bias'],
    ['groups', undefined],
  ])('%s is taken for %s, where that is meant', (name, meant) => {
    const told = () => checkOptions('Layer', { kernelSize: 3, [name]: 1 } as never, RULES as never);
    expect(told).toThrow(meant ? `did you mean ${meant}? There are` : 'is not an option; there are');
  });

  it.each([
    [class Optimizer {}, 'an Optimizer'],
    [class Module {}, 'a Module'],
  ])('are told of their class with its article', (type, told) => {
    expect(() => checkArgument('step', 'it', 3, instance(type))).toThrow(`step: it is 3; it must be ${told}`);
  });

  it('that must be given are missed', () => {
    expect(() => checkOptions('Layer', {} as never, RULES as never)).toThrow(
      'Layer: kernelSize is undefined; it must be a whole number of at least 1',
    );
  });

  it.each([[3], ['x'], [null], [[]]])('are refused where they are %o, which is no object', (options) => {
    expect(() => checkOptions('sum', options as never, RULES as never)).toThrow(
      /^sum: options are .*; they must be an object, with some of kernelSize, weightDecay, bias$/,
    );
  });
});

describe('a rule', () => {
  const betas = list(number({ atLeast: 0, below: 1 }), 2);
  it.each<[Rule, unknown, string | undefined]>([
    [betas, [1, 2], 'is [1, 2]; each must be at least 0 and below 1'],
    [betas, [0.9, '0.99'], "is [0.9, '0.99']; each must be a number, at least 0 and below 1"],
    [betas, [0.9], 'is [0.9]; it must be an array of 2'],
    [betas, [0, 0.999], undefined],
    [number({ atLeast: 0 }), -1, 'is -1; it must be at least 0'],
    [number({ above: 0 }), 0, 'is 0; it must be above 0'],
    [number({ atLeast: 0 }), Number.POSITIVE_INFINITY, 'is Infinity; it must be finite'],
    [number(), Number.NaN, 'is NaN; it must be a number'],
    [number(), -3.5, undefined],
    [whole(0, 7), 8, 'is 8; it must be a whole number of at least 0 and at most 7'],
    [whole(0, 7), 7, undefined],
    [pairOf(whole(1)), [3, 0], 'is [3, 0]; each must be a whole number of at least 1'],
    [pairOf(whole(1)), [3, 1, 1], 'is [3, 1, 1]; it must be a whole number of at least 1'],
    [pairOf(whole(1)), [3, 1], undefined],
    [oneOf('normal', 'uniform'), 'cauchy', "is 'cauchy'; it must be 'normal' or 'uniform'"],
    [boolean, 'false', "is 'false'; it must be true or false"],
    [boolean, { axis: 0 }, 'is { axis: 0 }; it must be true or false'],
    [boolean, new Date(0), 'is a Date; it must be true or false'],
    [either(whole(), oneOf('end')), 'start', "is 'start'; it must be a whole number of at least 0"],
    [either(whole(), oneOf('end')), 'end', undefined],
    [synchronous, async () => 1, 'is an async function; it must await nothing'],
    [synchronous, () => Promise.resolve(1), undefined],
  ])('says what a value must be: %#', (rule, value, message) => {
    const check = () => checkArgument('Adam', 'option', value, rule);
    if (message === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(`Adam: option ${message}`);
  });
});
