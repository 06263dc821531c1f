/** A report as one picture: the curves of all runs, and below them what each net has learned. */
import { type Picture, pngUri } from '../../data/picture.js';
import { escapeText } from '../../files/markup.js';
import { type Png, plotSvg, pngOf } from '../../files/svg.js';
import type { FirstFilters } from './first-filters.js';
import type { Judgement } from './judgement.js';
import { confusionPlot, curvePoints, curvesPlot } from './plots.js';
import type { ReportedRun } from './report-content.js';

/** A drawing, in pixels. */
interface Drawing {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** Around the picture, and between two drawings. */
const GAP = 24;
/** Room for a heading. */
const HEADING = 22;

export async function reportPng(runs: readonly ReportedRun[]): Promise<Png> {
  const curves = await plotSvg(curvesPlot(curvePoints(runs.map(({ record }) => record))));
  const learned = await Promise.all(runs.map(drawLearned));
  return pngOf(sheet([measured(curves), ...learned.flat()]).svg);
}

/** What a run's net has learned: its mistakes, and the filters of its first layer. */
async function drawLearned({ record, filters, judgement }: ReportedRun): Promise<Drawing[]> {
  const judged = typeof judgement === 'object' ? judgement : undefined;
  const { name } = record;
  const answers = judged && [
    heading(`${name}: confusion matrix`, await drawConfusion(judged)),
    ...(judged.worst.length > 0 ? [heading(`${name}: most wrong`, drawWorst(judged))] : []),
  ];
  return [
    ...(answers ? [beside(answers)] : []),
    ...(filters ? [heading(`${name}: first filters`, drawFilters(filters))] : []),
  ];
}

const drawConfusion = async ({ byClass }: Judgement): Promise<Drawing> =>
  measured(await plotSvg(confusionPlot(byClass)));

/** Pixels of an image's side, and what it takes with the texts below it. */
const IMAGE = 72;
const CARD = { width: 104, height: IMAGE + 40 };
const CARDS_A_ROW = 6;

function drawWorst({ worst, pictures, images: { set } }: Judgement): Drawing {
  const cards = worst.map(({ index, label, guess }, place) => {
    const x = (place % CARDS_A_ROW) * CARD.width;
    const y = Math.floor(place / CARDS_A_ROW) * CARD.height;
    const text = (line: number, colour: string, name: string) =>
      `<text x="${x}" y="${y + IMAGE + 13 * line}" font-size="11" fill="${colour}">${escapeText(name)}</text>`;
    return (
      image(pictures.get(index)!, x, y, IMAGE) +
      text(1, '#a2320f', set.classes[guess]!) +
      text(2, '#22733c', set.classes[label]!)
    );
  });
  return drawing(
    cards.join(''),
    CARDS_A_ROW * CARD.width,
    Math.ceil(worst.length / CARDS_A_ROW) * CARD.height,
  );
}

/** Pixels from one filter to the next, and how many are in a row. */
const FILTER = 34;
const FILTERS_A_ROW = 24;

function drawFilters({ filters }: FirstFilters): Drawing {
  const all = filters.map(({ picture }, place) => {
    const x = (place % FILTERS_A_ROW) * FILTER;
    return image(picture, x, Math.floor(place / FILTERS_A_ROW) * FILTER, FILTER - 4);
  });
  return drawing(all.join(''), FILTERS_A_ROW * FILTER, Math.ceil(all.length / FILTERS_A_ROW) * FILTER);
}

const image = (picture: Picture, x: number, y: number, side: number): string =>
  `<image x="${x}" y="${y}" width="${side}" height="${side}" href="${pngUri(picture, { width: side, height: side })}"/>`;

const drawing = (content: string, width: number, height: number): Drawing => ({
  svg:
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="sans-serif">${content}</svg>`,
  width,
  height,
});

/** A plot as vega makes it says itself how large it is. */
function measured(svg: string): Drawing {
  const [width = 0, height = 0] = ['width', 'height'].map((name) =>
    Number(new RegExp(`<svg[^>]* ${name}="([\\d.]+)"`).exec(svg)?.[1]),
  );
  return { svg, width, height };
}

const at = (x: number, y: number, { svg }: Drawing): string =>
  svg.replace('<svg ', `<svg x="${x}" y="${y}" `);

const heading = (text: string, below: Drawing): Drawing =>
  drawing(
    `<text y="14" font-size="14" font-weight="bold">${escapeText(text)}</text>${at(0, HEADING, below)}`,
    Math.max(below.width, 9 * text.length),
    HEADING + below.height,
  );

/** Drawings in a row. */
function beside(drawings: readonly Drawing[]): Drawing {
  let x = 0;
  const placed = drawings.map((one) => {
    const here = at(x, 0, one);
    x += one.width + GAP;
    return here;
  });
  return drawing(placed.join(''), x - GAP, Math.max(...drawings.map(({ height }) => height)));
}

/** Drawings below one another. */
function sheet(drawings: readonly Drawing[]): Drawing {
  let y = GAP;
  const placed = drawings.map((one) => {
    const here = at(GAP, y, one);
    y += one.height + GAP;
    return here;
  });
  return drawing(placed.join(''), Math.max(...drawings.map(({ width }) => width)) + 2 * GAP, y);
}
