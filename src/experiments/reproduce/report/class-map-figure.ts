/** Figure 4: images, and beside each the class maps that the net makes of it. */
import type { ImageSet } from '../../../data/index.js';
import { imagePicture, type Picture, pngUri } from '../../../data/picture.js';
import { escapeText } from '../../../files/markup.js';
import { classMapPictures } from '../../../train/answers/class-map-picture.js';
import type { ClassMaps } from '../../../train/answers/class-maps.js';

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
  const { index, label, guess } = sample;
  const name = (of: number) => escapeText(images.classes[of]!);
  const cells = classMapPictures(sample).map((picture, of) => {
    const x = LEFT + (1 + of) * STEP;
    const frame = of === label ? RIGHT : of === guess ? WRONG : undefined;
    const outline = frame && { colour: frame, name: of === label ? 'true-class' : 'wrong-answer' };
    return drawPicture(x, y, picture) + (outline ? drawFrame(x, y, outline) : '');
  });
  const answer = guess === label ? '' : `, taken for ${name(guess)}`;
  return (
    `<text x="0" y="${y + SIDE / 2 - 4}" font-size="12">${name(label)}</text>` +
    `<text x="0" y="${y + SIDE / 2 + 11}" font-size="10" fill="#666">image ${index}${answer}</text>` +
    drawPicture(LEFT, y, imagePicture(images, index)) +
    cells.join('')
  );
}

const drawPicture = (x: number, y: number, picture: Picture): string =>
  `<image x="${x}" y="${y}" width="${SIDE}" height="${SIDE}" href="${pngUri(picture, { width: SIDE, height: SIDE })}"/>`;

const drawFrame = (x: number, y: number, { colour, name }: { colour: string; name: string }): string =>
  `<rect class="${name}" x="${x - 1.5}" y="${y - 1.5}" width="${SIDE + 3}" height="${SIDE + 3}" fill="none" ` +
  `stroke="${colour}" stroke-width="3"/>`;
