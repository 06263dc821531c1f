/** Figure 4: images, and beside each the class maps that the net makes of it. */
import { encode } from 'fast-png';
import type { ImageSet } from '../../../data/index.js';
import { escapeText } from '../../../files/markup.js';
import { type ClassMaps, topTenth } from '../class-maps.js';

/** Side of an image and of a map, and what lies between two; pixels. */
const SIDE = 64;
const GAP = 6;
const STEP = SIDE + GAP;
/** Room for the names of the classes above, and of an image's class at the left. */
const TOP = 30;
const LEFT = 150;

const RIGHT = '#2ca02c';
const WRONG = '#d62728';

/** Rows are images, columns the maps of the classes. The true class's map is framed green, a wrong answer's red. */
export function classMapFigure(samples: readonly ClassMaps[], images: ImageSet): string {
  const { classes } = images;
  const width = LEFT + (1 + classes.length) * STEP;
  const height = TOP + samples.length * STEP;
  const heads = classes.map((name, label) => {
    const x = LEFT + (1 + label) * STEP + SIDE / 2;
    return `<text x="${x}" y="${TOP - 10}" text-anchor="middle" font-size="11">${escapeText(name)}</text>`;
  });
  const rows = samples.map((sample, row) => drawRow(sample, images, TOP + row * STEP));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="sans-serif">${heads.join('')}${rows.join('')}</svg>`
  );
}

function drawRow(sample: ClassMaps, images: ImageSet, y: number): string {
  const { index, label, guess, maps, rows, columns } = sample;
  const name = (of: number) => escapeText(images.classes[of]!);
  const threshold = topTenth(sample);
  const largest = Math.max(...maps.map((map) => Math.max(...map)));
  const cells = maps.map((map, of) => {
    const x = LEFT + (1 + of) * STEP;
    const frame = of === label ? RIGHT : of === guess ? WRONG : undefined;
    const outline = frame && { colour: frame, name: of === label ? 'true-class' : 'wrong-answer' };
    return (
      drawImage(x, y, mapPng(map, { rows, columns, threshold, largest })) +
      (outline ? drawFrame(x, y, outline) : '')
    );
  });
  const answer = guess === label ? '' : `, taken for ${name(guess)}`;
  return (
    `<text x="0" y="${y + SIDE / 2 - 4}" font-size="12">${name(label)}</text>` +
    `<text x="0" y="${y + SIDE / 2 + 11}" font-size="10" fill="#666">image ${index}${answer}</text>` +
    drawImage(LEFT, y, imagePng(images, index)) +
    cells.join('')
  );
}

const drawImage = (x: number, y: number, png: string): string =>
  `<image x="${x}" y="${y}" width="${SIDE}" height="${SIDE}" href="${png}"/>`;

const drawFrame = (x: number, y: number, { colour, name }: { colour: string; name: string }): string =>
  `<rect class="${name}" x="${x - 1.5}" y="${y - 1.5}" width="${SIDE + 3}" height="${SIDE + 3}" fill="none" ` +
  `stroke="${colour}" stroke-width="3"/>`;

interface MapRange {
  readonly rows: number;
  readonly columns: number;
  /** What is lower stays dark. */
  readonly threshold: number;
  /** Shown brightest. */
  readonly largest: number;
}

/** The lowest activation that is shown is this bright, so that nobody takes it for one that is not. */
const FAINTEST = 0.35;

function mapPng(map: Float32Array, { rows, columns, threshold, largest }: MapRange): string {
  return enlarged(rows, columns, (pixel) => {
    const value = map[pixel]!;
    if (value < threshold) return [16, 16, 24];
    const height = largest > threshold ? (value - threshold) / (largest - threshold) : 1;
    return glow(FAINTEST + (1 - FAINTEST) * height);
  });
}

/** From black by red and yellow to white, as glowing bodies look. */
const glow = (strength: number): Colour => [
  255 * Math.min(1, 3 * strength),
  255 * Math.min(1, Math.max(0, 3 * strength - 1)),
  255 * Math.min(1, Math.max(0, 3 * strength - 2)),
];

function imagePng({ channels, height, width, pixels }: ImageSet, index: number): string {
  const plane = height * width;
  const at = (channel: number, pixel: number) => pixels[(index * channels + channel) * plane + pixel]!;
  const colours = channels === 1 ? [0, 0, 0] : [0, 1, 2];
  return enlarged(height, width, (pixel) => colours.map((channel) => at(channel, pixel)));
}

/** Red, green and blue, 0..255. */
type Colour = readonly number[];

/** A PNG in a data URI, with hard edges between pixels whatever a viewer makes of them. */
function enlarged(rows: number, columns: number, colourOf: (pixel: number) => Colour): string {
  const data = new Uint8Array(3 * SIDE * SIDE);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const pixel = Math.floor((y * rows) / SIDE) * columns + Math.floor((x * columns) / SIDE);
      data.set(colourOf(pixel).map(Math.round), 3 * (y * SIDE + x));
    }
  }
  const png = encode({ width: SIDE, height: SIDE, channels: 3, data });
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}
