import { expect, it } from 'vitest';
import { CheckpointTimer } from '../../../src/train/run/checkpoint-timer.js';

it('a checkpoint is due once as many steps as asked for were taken since the last', () => {
  const timer = new CheckpointTimer({ steps: 3 });
  expect([timer.step(), timer.step(), timer.step(), timer.step()]).toEqual([false, false, true, true]);
  timer.restart();
  expect([timer.step(), timer.step(), timer.step()]).toEqual([false, false, true]);
});

it('a checkpoint is due when minutes have passed since the last', () => {
  let now = 5;
  const timer = new CheckpointTimer({ minutes: 2 }, () => now);
  now += 119_999;
  expect(timer.step()).toBe(false);
  now += 1;
  expect(timer.step()).toBe(true);
  timer.restart();
  expect(timer.step()).toBe(false);
});

it('no checkpoint is due where none is wanted', () => {
  let now = 0;
  const timer = new CheckpointTimer(false, () => now);
  now = 1e9;
  expect(timer.step()).toBe(false);
});
