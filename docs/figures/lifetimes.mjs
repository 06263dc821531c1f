/**
 * Draws from when until when a step needs each of its tensors:
 *
 *     dawngrad explain train nin-glyphs --batch 8 --json step.json
 *     node docs/figures/lifetimes.mjs step.json docs/figures/lifetimes.svg
 */
import { readFileSync, writeFileSync } from 'node:fs';

const [from, to] = process.argv.slice(2);
if (to === undefined) {
  console.error('usage: node docs/figures/lifetimes.mjs STEP.json FIGURE.svg');
  process.exit(1);
}
const { launches, memory } = JSON.parse(readFileSync(from, 'utf8'));

const WIDTH = 720;
const TOP = 28;
const GAP = 2;
/** Pixels of height for a MiB, and at least. */
const SCALE = 160;
const LEAST = 2;

const turn = launches.findIndex(({ direction }) => direction === 'backward') + 1;
const x = (launch) => ((launch - 1) / launches.length) * WIDTH;
const end = ({ until }) => until ?? launches.length + 1;

let y = TOP;
const bars = [...memory.tensors]
  .sort((one, other) => one.from - other.from || end(other) - end(one))
  .map((tensor) => {
    const height = Math.max(LEAST, (tensor.bytes / 2 ** 20) * SCALE);
    const colour = tensor.from < turn ? '#4a7fc1' : '#d0803c';
    const [left, right] = [x(tensor.from), x(end(tensor))];
    const bar = `<rect x="${left.toFixed(1)}" y="${y.toFixed(1)}" width="${(right - left).toFixed(1)}" height="${height.toFixed(1)}" fill="${colour}"/>`;
    y += height + GAP;
    return bar;
  });

const words = (at, text) => `<text x="${at.toFixed(1)}" y="16" text-anchor="middle">${text}</text>`;
const peak = x(memory.peak.launch + 0.5);
writeFileSync(
  to,
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${Math.ceil(y)}" font-family="sans-serif" font-size="13" fill="#7d8590">`,
    '<title>From when until when a step needs each of its tensors</title>',
    words(x(turn) / 2, 'forward'),
    words(peak, 'peak'),
    words((peak + WIDTH) / 2, 'backward, update'),
    ...bars,
    `<line x1="${peak.toFixed(1)}" x2="${peak.toFixed(1)}" y1="22" y2="${Math.ceil(y)}" stroke="#7d8590" stroke-dasharray="4 3"/>`,
    '</svg>\n',
  ].join('\n'),
);
