import { expect, it } from 'vitest';
import { glyphs } from '../../../src/data/glyphs/glyphs.js';
import { classMapFigure } from '../../../src/experiments/reproduce/report/class-map-figure.js';

it('figure 4 has the maps of each image beside it, the true class framed, and the wrong answer', () => {
  const images = glyphs({ train: 1, test: 3 }).test;
  const map = () => Float32Array.from({ length: 4 }, (_, pixel) => pixel);
  const samples = [...images.labels].map((label, index) => ({
    ...{ index, label, guess: index === 0 ? label : (label + 1) % 10, rows: 2, columns: 2 },
    maps: Array.from({ length: 10 }, map),
  }));
  const svg = classMapFigure(samples, images);
  expect(svg.match(/<image /g)).toHaveLength(samples.length * 11);
  expect(svg.match(/class="true-class"/g)).toHaveLength(3);
  expect(svg.match(/class="wrong-answer"/g)).toHaveLength(2);
  for (const [, href] of svg.matchAll(/href="([^"]{0,22})/g)) expect(href).toBe('data:image/png;base64,');
});
