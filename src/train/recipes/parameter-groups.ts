import type { Module } from '../../nn/module.js';
import type { GroupOptions, RateOptions } from '../../nn/optim/options.js';
import type { Parameter } from '../../nn/parameter.js';
import { RunError } from '../run/run-error.js';

/** How some parameters learn otherwise than the rest. */
export interface GroupRule {
  /** Names of parameters, in which `*` stands for any letters: `*.bias`, `block3.cccp2.*`. Several are alternatives. */
  readonly match: string | readonly string[];
  /** Multiplies their learning rate. */
  readonly rate?: number | undefined;
  /** Their L2 penalty, in place of the run's. */
  readonly weightDecay?: number | undefined;
  /** The greatest norm of what enters each of their units, in place of the run's. */
  readonly maxNorm?: number | undefined;
}

/**
 * The parameters of a model in groups that learn alike. Of a parameter that several rules match all rates multiply, and the
 * last penalty counts: with `*.bias` at twice the rate and `last.*` at a tenth, `last.bias` learns at a fifth.
 *
 * Groups come in the order in which the model's parameters first need them, so the same rules give the same groups.
 *
 * @param base learning rate and L2 penalty of what no rule matches
 * @throws RunError when a rule matches nothing: it was written for another model
 */
export function parameterGroups(
  model: Module,
  rules: readonly GroupRule[],
  base: RateOptions,
): GroupOptions<RateOptions>[] {
  const named = model.namedParameters();
  const patterns = rules.map(({ match }) => [match].flat().map(patternOf));
  const groups = new Map<string, { params: Parameter[] } & RateOptions>();
  const used = new Set<number>();
  for (const [name, parameter] of named) {
    const applied = rules
      .map((_, index) => index)
      .filter((index) => patterns[index]!.some((one) => one.test(name)));
    for (const index of applied) used.add(index);
    const key = applied.join();
    const group = groups.get(key) ?? {
      params: [],
      ...ratesOf(
        applied.map((index) => rules[index]!),
        base,
      ),
    };
    group.params.push(parameter);
    groups.set(key, group);
  }
  const idle = rules.find((_, index) => !used.has(index));
  if (idle) {
    throw new RunError(
      `optimizer groups: no parameter is called ${[idle.match].flat().join(' or ')}; the model has ${[...named.keys()].join(', ')}`,
    );
  }
  return [...groups.values()];
}

function ratesOf(rules: readonly GroupRule[], { lr, ...base }: RateOptions): RateOptions {
  const last = (name: 'weightDecay' | 'maxNorm') =>
    rules.findLast((rule) => rule[name] !== undefined)?.[name];
  const maxNorm = last('maxNorm') ?? base.maxNorm;
  return {
    lr: rules.reduce((product, { rate = 1 }) => product * rate, lr),
    weightDecay: last('weightDecay') ?? base.weightDecay,
    ...(maxNorm !== undefined && { maxNorm }),
  };
}

/** What a name must be like, in which `*` stands for any letters. */
export const patternOf = (text: string): RegExp =>
  new RegExp(
    `^${text
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  );
