import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { type ConfigFlags, configOptionsFrom, withConfigFlags } from '../../../src/cli/config-flags.js';
import { chooseConfig } from '../../../src/train/recipes/choose-config.js';
import { checkConfig } from '../../../src/train/recipes/config.js';

/** The config that a command line asks for. */
function configOf(line: string) {
  const command = withConfigFlags(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  command.action(() => {});
  command.parse(line === '' ? [] : line.split(' '), { from: 'user' });
  const [model] = command.args;
  const options = configOptionsFrom(model, command.opts<ConfigFlags>());
  return chooseConfig({ ...options, data: 'data', dataset: 'cifar-10' });
}

describe('the flags of a run', () => {
  it.each([
    ['--label-smoothing 0.1', { labelSmoothing: 0.1 }],
    ['--drop-last', { dropLast: true }],
    ['--recipe nin-cifar10', { dropLast: false, labelSmoothing: 0, average: false }],
    [
      '--preprocessing gcn,zca',
      {
        preprocessing: [
          { name: 'gcn', scale: 55 },
          { name: 'zca', epsilon: 0.1 },
        ],
      },
    ],
    ['--recipe nin-cifar10 --preprocessing standardise', { preprocessing: [{ name: 'standardise' }] }],
    ['nin-cifar10 --no-nesterov', { nesterov: false }],
    ['nin-cifar10 --optimizer rmsprop', { optimizer: 'rmsprop', momentum: 0 }],
    ['nin-cifar10 --optimizer rmsprop --momentum 0.8', { optimizer: 'rmsprop', momentum: 0.8 }],
    ['nin-cifar10 --optimizer sgd', { optimizer: 'sgd', momentum: 0.9 }],
    ['nin-cifar10 --cutout 8', { augment: { padding: 4, flip: true, cutout: 8 } }],
    ['nin-cifar10 --no-augment --cutout 8', { augment: { padding: 0, flip: false, cutout: 8 } }],
    ['nin-cifar10 --cutout 0', { augment: { padding: 4, flip: true } }],
    ['--recipe nin-cifar10 --cutout 0', { augment: false }],
    ['nin-cifar10 --average ema', { average: { name: 'ema', decay: 0.999, start: 0 } }],
    [
      'nin-cifar10 --average ema --average-decay 0.99 --average-start 5',
      { average: { name: 'ema', decay: 0.99, start: 5 } },
    ],
    ['nin-cifar10 --average swa --epochs 100', { average: { name: 'swa', start: 75 } }],
    ['nin-cifar10 --average swa --average-start 90 --epochs 100', { average: { name: 'swa', start: 90 } }],
    ['nin-cifar10 --average none', { average: false }],
  ])('%s', (line, wanted) => {
    expect(configOf(line)).toMatchObject(wanted);
  });

  it.each([
    ['nin-cifar10 --average-decay 0.9', /weights of this run are not averaged; use --average/],
    [
      'nin-cifar10 --average ema --average-start 30 --epochs 30',
      /average begins after epoch 30, and the run has 30/,
    ],
    ['nin-cifar10 --cutout 33', /a cutout of 33 pixels clears whole images of 32x32/],
    ['nin-cifar10 --average swa --average-decay 0.9', /a plain mean of weights has no decay/],
    ['nin-cifar10 --preprocessing whiten', /"preprocessing\.0\.name"/],
    ['nin-cifar10 --label-smoothing 1', /less than 1/],
  ])('%s is refused', (line, message) => {
    expect(() => configOf(line)).toThrow(message);
  });
});

it('a config that was written before a setting was there says what its run did', () => {
  const config = configOf('--recipe nin-cifar10');
  const { dropLast, labelSmoothing, average, ...old } = config;
  expect(checkConfig(old, 'an old run')).toEqual({ ...config, dropLast: true });
});
