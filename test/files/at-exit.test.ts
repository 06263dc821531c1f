import { expect, it } from 'vitest';
import { atExit } from '../../src/files/at-exit.js';

const listeners = () => process.listeners('exit').filter(({ name }) => name === 'doAll');

it('does each once, what is left when the process ends, in order, with one listener for all', () => {
  const done: string[] = [];
  const [first, second] = ['first', 'second', 'third'].map((name) => atExit(() => done.push(name)));
  expect(listeners()).toHaveLength(1);
  second!();
  second!();
  expect(done).toEqual(['second']);
  for (const listener of listeners()) listener(0);
  expect(done).toEqual(['second', 'first', 'third']);
  first!();
  expect(done).toHaveLength(3);
  expect(listeners()).toEqual([]);
});
