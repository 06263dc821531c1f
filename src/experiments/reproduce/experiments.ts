/** The paper's experiments: which systems each one compares. What the paper says of a system stands in its recipe. */
import { RunError } from '../../train/run/run-error.js';

export interface Experiment {
  readonly name: string;
  /** What is compared, in a line. */
  readonly title: string;
  /** Recipes, in the order of the paper. */
  readonly systems: readonly string[];
  /** What the report draws: errors beside the paper's, their course over the epochs, or the class maps of a trained net. */
  readonly draws: 'errors' | 'curves' | 'class-maps';
}

const ALL: readonly Experiment[] = [
  {
    name: 'table1',
    title: 'Table 1: test errors on CIFAR-10',
    systems: ['conv-maxout-cifar10', 'nin-cifar10', 'nin-cifar10-augmented'],
    draws: 'errors',
  },
  {
    name: 'table2',
    title: 'Table 2: test errors on CIFAR-100',
    systems: ['conv-maxout-cifar100', 'nin-cifar100'],
    draws: 'errors',
  },
  {
    name: 'table3',
    title: 'Table 3: test errors on SVHN',
    systems: ['conv-maxout-svhn', 'nin-svhn'],
    draws: 'errors',
  },
  {
    name: 'table4',
    title: 'Table 4: test errors on MNIST',
    systems: ['conv-maxout-mnist', 'nin-mnist'],
    draws: 'errors',
  },
  {
    name: 'table5',
    title: 'Table 5: global average pooling against fully connected layers, CIFAR-10',
    systems: ['nin-fc-cifar10', 'nin-fc-dropout-cifar10', 'nin-cifar10'],
    draws: 'errors',
  },
  {
    name: 'sec4.6',
    title: 'Section 4.6: global average pooling in a conventional network, CIFAR-10',
    systems: ['hinton-cnn-fc-cifar10', 'hinton-cnn-fc-dropout-cifar10', 'hinton-cnn-gap-cifar10'],
    draws: 'errors',
  },
  {
    name: 'fig3',
    title: 'Figure 3: the effect of dropout between mlpconv layers, CIFAR-10',
    systems: ['nin-cifar10-no-dropout', 'nin-cifar10'],
    draws: 'curves',
  },
  {
    name: 'fig4',
    title: 'Figure 4: class maps of the last mlpconv layer, CIFAR-10',
    systems: ['nin-cifar10'],
    draws: 'class-maps',
  },
];

const EXPERIMENTS: ReadonlyMap<string, Experiment> = new Map(ALL.map((one) => [one.name, one]));

export const EXPERIMENT_NAMES: readonly string[] = [...EXPERIMENTS.keys()];

/** The word for all experiments one after the other. */
export const ALL_EXPERIMENTS = 'all';

/**
 * An experiment by its name.
 * @throws RunError when there is none of that name
 */
export function findExperiment(name: string): Experiment {
  const experiment = EXPERIMENTS.get(name);
  if (experiment) return experiment;
  const names = EXPERIMENT_NAMES.join(', ');
  throw new RunError(
    `no experiment is called "${name}"; there are ${names}, and ${ALL_EXPERIMENTS} for all of them`,
  );
}

/** Those that come first where all are asked for: they tell most for their time, and others need their runs too. */
const FIRST = ['fig3', 'table1', 'table5', 'fig4', 'table4'];

/**
 * One experiment, or all of them, the most telling first.
 * @throws RunError when there is none of that name
 */
export function findExperiments(name: string): readonly Experiment[] {
  if (name !== ALL_EXPERIMENTS) return [findExperiment(name)];
  return [...new Set([...FIRST, ...EXPERIMENT_NAMES])].map(findExperiment);
}
