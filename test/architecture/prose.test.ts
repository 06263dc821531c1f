import { describe, expect, it } from 'vitest';
import { readFiles } from './repository.js';

/** Phrases that a reader stumbles over, and why. */
const STUMBLES = [
  ['says nothing by itself, as on hover', /(?:\/\*\*|^\s*\*|\/\/) Of /m],
  ['is not English for a number that is given', /\bso many\b/m],
  ['is "is not" in English', /\b(?:it|that|which) is no (?!more\b|longer\b)\w+/m],
] as const;

const lineOf = (text: string, index: number) => text.slice(0, index + 1).split('\n').length;

describe('comments and messages', () => {
  const files = [
    ...readFiles('src', '.ts'),
    ...readFiles('shaders', '.wgsl'),
    ...readFiles('bench', '.mjs'),
    ...readFiles('scripts', '.mjs'),
    ...readFiles('pages', '.js'),
  ];

  it.each(STUMBLES)('hold nothing that %s', (_, pattern) => {
    const found = files.flatMap(([path, text]) => {
      const match = pattern.exec(text);
      return match ? [`${path}:${lineOf(text, match.index)}: ${match[0].trim()}`] : [];
    });
    expect(found).toEqual([]);
  });

  it.each([
    ['/** Of one launch. */', 0],
    ['  // Of all those.', 0],
    ['every so many-th', 1],
    ['what is said when it is no JSON', 2],
  ])('%j would be found', (text, stumble) => {
    expect(text).toMatch(STUMBLES[stumble as 0 | 1 | 2][1]);
  });
});
