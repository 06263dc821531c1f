/** The page of an experiment. */
import { escapeText } from '../../../files/markup.js';
import { describeMachine } from '../../../train/circumstances.js';
import { median } from '../../../train/median.js';
import { differences, show } from '../../../train/recipes/differences.js';
import type { Experiment } from '../experiments.js';
import type { FinishedRun, Measured, SystemResult } from '../results.js';
import type { Scale } from '../scale.js';
import { errorRows } from './findings.js';
import { list, page, paragraph, type Section, table } from './page.js';

export interface ReportContent {
  readonly experiment: Experiment;
  readonly scale: Scale;
  readonly systems: readonly SystemResult[];
  /** Drawings as SVG, with what they show. */
  readonly figures: readonly { readonly title: string; readonly svg: string; readonly caption: string }[];
  /** What they come to, each in a sentence or two. */
  readonly findings: readonly string[];
  /** The command that made it. */
  readonly command: string;
}

export function reportPage(content: ReportContent): string {
  const { experiment, scale, systems, figures, findings, command } = content;
  const sections: Section[] = [
    { title: 'Errors', body: errorsSection(systems, scale.measured) },
    ...figures.map(({ title, svg, caption }) => ({
      title,
      body: `<div class="figure">${svg}</div>\n${paragraph(caption)}`,
    })),
    { title: 'What differs from the recipes', body: differencesSection(systems) },
    { title: 'Runs', body: runsSection(systems) },
    { title: 'To repeat it', body: `<p><code>${escapeText(command)}</code></p>` },
  ];
  return page({
    title: `${experiment.title}, ${scale.label}`,
    lead: `${warningBox(scale, systems)}\n${findings.length > 0 ? list(findings) : ''}`,
    sections,
  });
}

/** What a reader of a miniature must not miss. */
function warningBox({ warning }: Scale, systems: readonly SystemResult[]): string {
  const run = systems[0]?.runs[0];
  if (warning === undefined || !run) return '';
  return `<div class="warning">${paragraph(warning)}${paragraph(`In numbers: ${describeSize(run)}.`)}</div>`;
}

function describeSize({ config, circumstances }: FinishedRun): string {
  const { width, epochs, batch } = config;
  const { train, validation } = circumstances?.images ?? {};
  return [
    `${width} times the maps of each layer`,
    ...(train === undefined ? [] : [`${train} training images`, `${validation} held out`]),
    `${epochs} epochs in batches of ${batch}`,
  ].join(', ');
}

function errorsSection(systems: readonly SystemResult[], measured: Measured): string {
  const other = measured === 'test' ? 'validation' : 'test';
  const head = [
    'system',
    'the paper, test error',
    `here, ${measured} error`,
    `here, ${other} error`,
    'seeds',
    'range',
  ];
  const images = new Set(systems.flatMap(({ runs }) => runs.map(describeImages)));
  return (
    table(head, errorRows(systems, measured)) +
    paragraph(
      '± is the standard error: of so few images being scored and, with several seeds, of their spread. ' +
        'The range is that of the seeds.',
    ) +
    list([...images])
  );
}

/** Which images the errors of a run were measured on. */
function describeImages({ config, circumstances }: FinishedRun): string {
  const { train, validation, test, note } = circumstances?.images ?? {};
  const held =
    config.validation?.from === 'each-class'
      ? 'the last training images of each class'
      : 'the last training images';
  return [
    `Of ${config.dataset}, ${train ?? 'an unknown number of'} images were trained on`,
    ...(validation
      ? [`the validation error is that of ${validation} held-out images (${held} that are used)`]
      : []),
    `the test error is that of ${test ?? 'all'} test images${config.retrain ? ', after retraining on the held-out images too' : ''}`,
    ...(note ? [`note: ${note}`] : []),
  ].join('; ');
}

/** Settings that are not the recipe's, and for which systems. */
function differencesSection(systems: readonly SystemResult[]): string {
  const rows = new Map<string, { cells: string[]; systems: string[] }>();
  for (const { recipe, runs } of systems) {
    const { name, description, paper, seed: _, ...settings } = recipe;
    const { recipe: __, data, seed, ...config } = runs[0]!.config;
    for (const { field, from, to } of differences(settings, config)) {
      const cells = [field, show(from), show(to)];
      const row = rows.get(cells.join()) ?? { cells, systems: [] };
      row.systems.push(name);
      rows.set(cells.join(), row);
    }
  }
  if (rows.size === 0) {
    const followed = systems.every(({ runs }) => runs[0]!.config.recipe !== undefined);
    return paragraph(
      followed ? 'Nothing: every system was trained as its recipe says.' : 'The run followed no recipe.',
    );
  }
  const concerned = (names: readonly string[]) =>
    names.length === systems.length ? 'all' : names.join(', ');
  return table(
    ['setting', 'the recipe', 'here', 'systems'],
    [...rows.values()].map((row) => [...row.cells, concerned(row.systems)]),
  );
}

function runsSection(systems: readonly SystemResult[]): string {
  const runs = systems.flatMap((system) => system.runs);
  const rows = runs.map(({ recipe, config, metrics, seconds, circumstances, path }) => [
    recipe.name,
    String(config.seed),
    circumstances?.parameters.toLocaleString('en-US') ?? '',
    String(metrics.length),
    `${(seconds / 60).toFixed(1)} min`,
    String(Math.round(median(metrics.map(({ imagesPerSecond }) => imagesPerSecond)))),
    path,
  ]);
  const machines = new Set(
    runs.flatMap(({ circumstances }) => (circumstances ? [describeMachine(circumstances.machine)] : [])),
  );
  const total = runs.reduce((sum, { seconds }) => sum + seconds, 0);
  return (
    table(['recipe', 'seed', 'parameters', 'epochs', 'time', 'images/s', 'directory'], rows) +
    paragraph(`${(total / 60).toFixed(1)} minutes of training and scoring in all, computed with:`) +
    list(machines.size > 0 ? [...machines] : ['a machine that nobody wrote down'])
  );
}
