/** What an optimizer is told, checked: its options, and which parameters are updated with which. */
import { checkArgument, checkOptions, type Rules } from '../../errors/check-options.js';
import { ArgumentError } from '../../errors/errors.js';
import { instance, number } from '../../errors/rules.js';
import { show } from '../../errors/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { Parameter } from '../parameter.js';

/** What every optimizer can be told. */
export interface RateOptions {
  /** Learning rate; a schedule multiplies it, see `Optimizer.factor`. */
  lr: number;
  /** Coefficient of the L2 penalty: this much of the parameter is added to its gradient. */
  weightDecay: number;
  /**
   * After each step the Euclidean norm of all weights that enter a unit, or a map, is at most this: longer ones are shortened. 0
   * for none (the default). A recorded step keeps the limit that it was recorded with.
   */
  maxNorm?: number;
}

/** What these must be. */
export const RATE_RULES: Rules<RateOptions> = {
  lr: number({ atLeast: 0 }),
  weightDecay: number({ atLeast: 0 }),
  maxNorm: number({ atLeast: 0 }),
};

/** Parameters and the options in which they differ from the rest. */
export type GroupOptions<Options> = { params: Iterable<Parameter> } & Partial<Options>;

/** Parameters that are updated with the same options. */
export interface ParameterGroup<Options> {
  readonly params: readonly Parameter[];
  readonly options: Options;
}

/**
 * The options given, and for those left out the defaults.
 * @throws ArgumentError for an option that there is not, or that breaks its rule
 */
export function withDefaults<Options extends object>(
  optimizer: string,
  options: Partial<Options>,
  defaults: Partial<Options>,
  rules: Rules<Options>,
): Options {
  checkOptions(optimizer, options, rules as Rules<Partial<Options>>);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) } as Options;
}

/**
 * The groups of parameters that an optimizer is given, with all options of each; a plain list is one group.
 * @throws ArgumentError when something in them is no parameter, or an option is missing, unknown or out of range
 */
export function groupsOf<Options extends object>(
  optimizer: string,
  params: Iterable<Parameter> | Iterable<GroupOptions<Options>>,
  defaults: Options,
  rules: Rules<Options>,
): ParameterGroup<Options>[] {
  const items = listOf<Parameter | GroupOptions<Options>>(optimizer, params);
  const grouped = items.length > 0 && items.every((item) => isGroup(item));
  const given = grouped ? items : [{ params: items }];
  return (given as GroupOptions<Options>[]).map(({ params, ...options }) => {
    const members = listOf(optimizer, params);
    for (const member of members) checkArgument(optimizer, 'params', member, instance(Parameter));
    const all = withDefaults(optimizer, options as Partial<Options>, defaults, rules);
    for (const name in rules) checkArgument(optimizer, name, all[name], rules[name]);
    return { params: members, options: all };
  });
}

const isGroup = (item: unknown): boolean =>
  typeof item === 'object' && !(item instanceof Tensor) && 'params' in item!;

function listOf<T>(optimizer: string, items: Iterable<T>): T[] {
  if (typeof items === 'object' && items !== null && Symbol.iterator in items) return [...items];
  const remedy =
    'they must be a list of parameters, as model.parameters() makes one, or of groups { params, ... }';
  throw new ArgumentError(optimizer, 'params', `are ${show(items)}`, remedy);
}
