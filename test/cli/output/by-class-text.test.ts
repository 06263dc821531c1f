import { expect, it } from 'vitest';
import { byClassCsv, describeByClass } from '../../../src/cli/output/by-class-text.js';
import type { ByClass } from '../../../src/train/answers/by-class.js';

const score = (count: number, correct: number, inTopFive: number) => ({
  ...{ count, correct, inTopFive, lossSum: 1 },
});

const byClass: ByClass = {
  classes: ['ant', 'bee, or wasp', 'cat'],
  scores: [score(4, 3, 4), score(2, 0, 1), score(0, 0, 0)],
  total: score(6, 3, 5),
  confusion: [
    [3, 1, 0],
    [2, 0, 0],
    [0, 0, 0],
  ],
};

it('says of each class how often the net is right, and what it takes it for', () => {
  expect(describeByClass(byClass).split('\n')).toEqual([
    '   class         images  wrong     error  top-5 error  taken for  0  1  2',
    '0  ant                4      1   25.00 %       0.00 %             3  1  .',
    '1  bee, or wasp       2      2  100.00 %      50.00 %             2  .  .',
    '2  cat                0                                           .  .  .',
    '   all                6      3   50.00 %      16.67 %',
    '',
    'most frequent mistakes:',
    '2  bee, or wasp taken for ant',
    '1  ant taken for bee, or wasp',
    '',
  ]);
});

it('keeps to its lines whatever a class is called, and gives other programs the very name', () => {
  const odd = { ...byClass, classes: ['an\nt', 'b\u001b[31mee', 'cat'] };
  expect(describeByClass(odd).split('\n').slice(1, 3)).toEqual([
    '0  an\\nt               4      1   25.00 %       0.00 %             3  1  .',
    '1  b\\u001b[31mee       2      2  100.00 %      50.00 %             2  .  .',
  ]);
  expect(byClassCsv(odd)).toContain('\r\n"an\nt",4,');
});

it('leaves the matrix of many classes to the file', () => {
  const names = Array.from({ length: 30 }, (_, label) => `class ${label}`);
  const many: ByClass = {
    classes: names,
    scores: names.map(() => score(1, 1, 1)),
    total: score(30, 30, 30),
    confusion: names.map((_, label) => names.map((__, guess) => Number(label === guess))),
  };
  const text = describeByClass(many);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(60);
  expect(text).not.toContain('mistakes');
});

it('gives other programs the same, errors in per cent', () => {
  expect(byClassCsv(byClass).split('\r\n')).toEqual([
    'class,images,wrong,error,top_5_error,as ant,"as bee, or wasp",as cat',
    'ant,4,1,25,0,3,1,0',
    '"bee, or wasp",2,2,100,50,2,0,0',
    'cat,0,0,,,0,0,0',
    '',
  ]);
});
