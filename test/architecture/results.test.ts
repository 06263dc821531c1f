import { describe, expect, it } from 'vitest';
import { redrawn, toldByHand } from '../../src/experiments/results/blocks.js';
import { readKeptRuns } from '../../src/experiments/results/kept-run.js';
import { drawFrom, FIGURE3_FILE, figure3 } from '../../src/experiments/results/tables.js';
import { readFiles, readText } from './repository.js';

const pages = [
  ...['README.md', 'SECURITY.md', 'results/README.md'].map((path) => [path, readText(path)] as const),
  ...readFiles('docs', '.md'),
];

describe('what texts tell of full-scale runs', () => {
  const kept = readKeptRuns('results');

  it.each(pages)('%s: is what the kept runs say', (path, text) => {
    const folder = path.includes('/') ? '../results' : 'results';
    expect(redrawn(text, drawFrom(kept, folder), path)).toBe(text);
  });

  it.each(pages)('%s: is not told by hand', (path, text) => {
    expect(toldByHand(text, path)).toEqual([]);
  });

  it('has figure 3 beside it where there is one', async () => {
    const files = readFiles('results', '.svg').map(([path]) => path);
    expect(files).toEqual((await figure3(kept)) === undefined ? [] : [`results/${FIGURE3_FILE}`]);
  });

  it('comes from small files', () => {
    for (const [path, text] of readFiles('results', '.json')) expect(text.length, path).toBeLessThan(1e6);
  });
});
