import { expect, it } from 'vitest';
import { together } from '../../../src/train/run/reporter.js';

it('a reporter tells several others, in order, whatever they listen to', () => {
  const heard: string[] = [];
  const reporter = together(
    {
      warned: (text) => heard.push(`first: ${text}`),
      evaluating: (done, of) => heard.push(`${done} of ${of}`),
    },
    {},
    { warned: (text) => heard.push(`second: ${text}`) },
  );
  reporter.warned('careful');
  reporter.evaluating(3, 4);
  expect(heard).toEqual(['first: careful', 'second: careful', '3 of 4']);
});
