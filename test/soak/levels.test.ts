import { expect, it } from 'vitest';
import { grown, type Sample } from './levels.mjs';

const level: Sample = { rss: 3e8, heap: 1e7, used: 1000, free: 500, descriptors: 20, resources: 2 };
const samples = (change: (at: number) => Partial<Sample>): Sample[] =>
  Array.from({ length: 40 }, (_, at) => ({ ...level, ...change(at) }));

it('finds nothing where all is level, whatever comes and goes', () => {
  expect(
    grown(samples((at) => ({ rss: 3e8 + (at % 5) * 1e7, heap: 1e7 + (at < 10 ? at : 10) * 1e6 }))),
  ).toEqual([]);
});

it.each([
  ['rss', 1e6],
  ['heap', 1.2e5],
  ['used', 1],
  ['descriptors', 1],
] as const)('finds that %s grows', (what, each) => {
  expect(grown(samples((at) => ({ [what]: level[what] + at * each }))).map((one) => one.what)).toEqual([
    what,
  ]);
});

it('refuses to judge a few samples', () => {
  expect(() => grown([level, level, level])).toThrow(/run longer/);
});
