/** What a report shows, as the script of its page gets it: everything that JSON can say, pictures as PNG. */
import { pngUri } from '../../data/picture.js';
import type { Answer, ByClass } from '../../train/answers/by-class.js';
import { classMapPictures } from '../../train/answers/class-map-picture.js';
import { type ClassMaps, meansOf } from '../../train/answers/class-maps.js';
import { type Circumstances, describeMachine } from '../../train/circumstances.js';
import { nameOfModel } from '../../train/nets/net-file.js';
import { isDifferent, settingsOf, show } from '../../train/recipes/differences.js';
import type { EpochMetrics } from '../../train/run/metrics.js';
import type { RunResult } from '../../train/run/result.js';
import type { FirstFilters } from './first-filters.js';
import type { Judgement } from './judgement.js';
import { type ProbeSeries, probeSeries } from './probe-series.js';
import type { RunRecord } from './run-record.js';

/** A run, and what its net was found to do. */
export interface ReportedRun {
  readonly record: RunRecord;
  readonly filters: FirstFilters | undefined;
  /** Or why there is none, in a sentence; undefined where nobody asked for one. */
  readonly judgement: Judgement | string | undefined;
}

/** What the page's script gets. */
export interface ReportContent {
  /** When it was made, in milliseconds since 1970. */
  readonly made: number;
  readonly runs: readonly RunContent[];
  readonly settings: readonly SettingContent[];
}

export interface RunContent {
  readonly name: string;
  readonly path: string;
  readonly model: string;
  readonly dataset: string;
  /** Epochs that the config allows. */
  readonly epochs: number;
  readonly state: 'finished' | 'training' | 'stopped';
  /** Who trains it. */
  readonly trainedBy: string | undefined;
  readonly result: RunResult | undefined;
  readonly parameters: number | undefined;
  readonly images: Circumstances['images'] | undefined;
  readonly machine: string | undefined;
  readonly metrics: readonly EpochMetrics[];
  readonly probes: readonly ProbeSeries[];
  readonly filters: FiltersContent | undefined;
  /** Or why there is none. */
  readonly judgement: JudgementContent | string | undefined;
}

export interface FiltersContent {
  /** The name of the weight. */
  readonly weight: string;
  /** Rows and columns of each. */
  readonly size: readonly [number, number];
  readonly all: readonly { readonly png: string; readonly norm: number }[];
}

export interface JudgementContent {
  readonly kind: Judgement['images']['kind'];
  readonly count: number;
  readonly available: number;
  readonly epoch: number;
  readonly byClass: ByClass;
  readonly worst: readonly {
    readonly index: number;
    readonly png: string;
    /** The class that it is taken for, and its own, with their probabilities. */
    readonly guesses: readonly { readonly name: string; readonly probability: number }[];
  }[];
  readonly classMaps: readonly {
    readonly index: number;
    readonly label: string;
    readonly guess: string;
    readonly png: string;
    readonly maps: readonly { readonly name: string; readonly png: string; readonly mean: number }[];
  }[];
}

/** A setting of the runs, as each has it. */
export interface SettingContent {
  readonly field: string;
  readonly values: readonly string[];
  readonly differs: boolean;
}

export const reportContent = (runs: readonly ReportedRun[], now: number): ReportContent => ({
  made: now,
  runs: runs.map(contentOfRun),
  settings: settingsOf(runs.map(({ record }) => record.config)).map((setting) => ({
    field: setting.field,
    values: setting.values.map(show),
    differs: isDifferent(setting),
  })),
});

function contentOfRun({ record, filters, judgement }: ReportedRun): RunContent {
  const { name, directory, config, metrics, result, trainedBy, circumstances } = record;
  return {
    ...{
      name,
      path: directory.path,
      model: nameOfModel(config.model),
      dataset: config.dataset,
      epochs: config.epochs,
    },
    state: trainedBy !== undefined ? 'training' : result ? 'finished' : 'stopped',
    ...{ trainedBy, result, metrics },
    parameters: circumstances?.parameters,
    images: circumstances?.images,
    machine: circumstances && describeMachine(circumstances.machine),
    probes: probeSeries(record.probes),
    filters: filters && contentOfFilters(filters),
    judgement: typeof judgement === 'object' ? contentOfJudgement(judgement) : judgement,
  };
}

const contentOfFilters = ({ weight, filters }: FirstFilters): FiltersContent => ({
  weight,
  size: [filters[0]!.picture.rows, filters[0]!.picture.columns],
  all: filters.map(({ picture, norm }) => ({ png: pngUri(picture), norm })),
});

function contentOfJudgement(judgement: Judgement): JudgementContent {
  const { images, epoch, byClass, worst, classMaps, pictures } = judgement;
  const { set, kind, available } = images;
  const { classes } = set;
  const png = (index: number) => pngUri(pictures.get(index)!);
  const guess = ({ probabilities }: Answer, of: number) => ({
    name: classes[of]!,
    probability: probabilities[of]!,
  });
  return {
    ...{ kind, count: set.count, available, epoch, byClass },
    worst: worst.map((answer) => ({
      index: answer.index,
      png: png(answer.index),
      guesses: [guess(answer, answer.guess), guess(answer, answer.label)],
    })),
    classMaps: classMaps.map((sample) => ({
      index: sample.index,
      label: classes[sample.label]!,
      guess: classes[sample.guess]!,
      png: png(sample.index),
      maps: shownMaps(sample).map(({ of, mean, png }) => ({ name: classes[of]!, mean, png })),
    })),
  };
}

/** Maps of an image that are shown. */
const MOST_MAPS = 10;

/** All maps of an image; of more classes, those with the largest means, and its own. */
function shownMaps(sample: ClassMaps) {
  const means = meansOf(sample);
  const all = classMapPictures(sample).map((picture, of) => ({ of, picture, mean: means[of]! }));
  const own = all[sample.label]!;
  const largest = all.toSorted((a, b) => b.mean - a.mean).slice(0, MOST_MAPS);
  const most = largest.includes(own) ? largest : [...largest.slice(0, -1), own];
  const shown = all.length > MOST_MAPS ? most : all;
  return shown.map(({ of, picture, mean }) => ({ of, mean, png: pngUri(picture) }));
}
