import { expect, it } from 'vitest';
import { predictedAsCsv, predictedAsJson, predictedAsText } from '../../../src/cli/output/predict-text.js';

const guesses = [{ name: 'a\nb\u001b[2J', probability: 0.75 }];
const all = ['x\r.png', 'y.png'].map((image) => ({ image, guesses, looksInverted: false }));

it('keeps to its lines whatever images and classes are called', () => {
  const line = ' 75.00 %  a\\nb\\u001b[2J\n';
  expect(predictedAsText(all)).toBe(`x\\r.png\n${line}y.png\n${line}`);
});

it('gives other programs the very names, quoted as these formats have it', () => {
  expect(JSON.parse(predictedAsJson(all))).toEqual(all);
  expect(predictedAsCsv(all)).toContain('"x\r.png","a\nb\u001b[2J",0.75\r\n');
});
