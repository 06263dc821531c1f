/** Writes the report of an experiment: a page, its figures' numbers, and its figure as an image. */
import { join } from 'node:path';
import type { ImageSet } from '../../../data/index.js';
import { makeDirectory } from '../../../files/directory.js';
import { plotSvg, pngOf } from '../../../files/svg.js';
import { replaceFile } from '../../../files/write-file.js';
import { type ClassMaps, chooseSamples } from '../../../train/answers/class-maps.js';
import type { Experiment } from '../experiments.js';
import type { SystemResult } from '../results.js';
import type { Scale } from '../scale.js';
import { classMapFigure } from './class-map-figure.js';
import { classMapsCsv, curvesCsv, errorsCsv } from './csv.js';
import { classMapFindings, describeFindings } from './findings.js';
import { curvesPlot, errorsPlot } from './plots.js';
import { type ReportContent, reportPage } from './report.js';

export interface ReportOptions {
  readonly experiment: Experiment;
  readonly scale: Scale;
  readonly systems: readonly SystemResult[];
  /** Directory that the files go to, named after experiment and scale. */
  readonly out: string;
  /** Computes the class maps of a trained net, for an experiment that draws them. */
  readonly classMaps: () => Promise<{ readonly all: readonly ClassMaps[]; readonly images: ImageSet }>;
  /** The command that made it. */
  readonly command: string;
}

/** The files of a report. */
export interface WrittenReport {
  readonly html: string;
  readonly csv: string;
  readonly png: string;
  /** The PNG lacks its letters, since no font is installed here; the page has them. */
  readonly lacksText: boolean;
}

/** Images that the net gets wrong which figure 4 shows. */
const WRONG_SAMPLES = 5;

/**
 * Write the report of an experiment: its page, its figures' numbers, and its figure.
 * @throws FileError when a file cannot be written; nothing is made before all of it is known
 */
export async function writeReport(options: ReportOptions): Promise<WrittenReport> {
  const { experiment, scale, out } = options;
  const { csv, ...content } = await CONTENT[experiment.draws](options);
  const png = await pngOf(content.figures[0]!.svg);
  makeDirectory(out);
  const base = join(out, `${experiment.name}-${scale.name}`);
  const paths = { html: `${base}.html`, csv: `${base}.csv`, png: `${base}.png` };
  replaceFile(paths.html, reportPage({ ...options, ...content }));
  replaceFile(paths.csv, csv);
  replaceFile(paths.png, png.bytes);
  return { ...paths, lacksText: png.lacksText };
}

type Content = { readonly csv: string } & Pick<ReportContent, 'figures' | 'findings'>;

/** What an experiment tells, by what it draws. The first of the figures is its own. */
const CONTENT: Readonly<Record<Experiment['draws'], (options: ReportOptions) => Promise<Content>>> = {
  errors: async ({ systems, scale }) => ({
    csv: errorsCsv(systems),
    figures: [await errorsFigure(systems, scale), await curvesFigure(systems)],
    findings: describeFindings(systems, scale),
  }),
  curves: async ({ systems, scale }) => ({
    csv: curvesCsv(systems),
    figures: [await curvesFigure(systems)],
    findings: describeFindings(systems, scale),
  }),
  'class-maps': async ({ classMaps }) => {
    const { all, images } = await classMaps();
    const svg = classMapFigure(chooseSamples(all, WRONG_SAMPLES), images);
    return {
      csv: classMapsCsv(all, images.classes),
      figures: [{ title: 'Class maps', svg, caption: MAPS_CAPTION }],
      findings: classMapFindings(all),
    };
  },
};

const errorsFigure = async (systems: readonly SystemResult[], { measured }: Scale) => ({
  title: "Errors beside the paper's",
  svg: await plotSvg(errorsPlot(systems, measured)),
  caption: 'Lines are twice the standard error to either side.',
});

const curvesFigure = async (systems: readonly SystemResult[]) => ({
  title: 'Error per epoch',
  svg: await plotSvg(curvesPlot(systems)),
  caption:
    "Training errors are those of an epoch's images as the net was when it met each, with dropout where it has some.",
});

const MAPS_CAPTION =
  'Each row is an image and the maps that the last mlpconv layer makes of it, one a class. Shown is the highest tenth of the ' +
  "image's activations, all its maps together; the rest is dark. The true class's map is framed green, a wrong answer's red. " +
  'Of each class the first image that the net gets right, then the first ones that it gets wrong.';
