import { describe, expect, it } from 'vitest';
import { parseDimension } from '../../../src/experiments/sweep/dimension.js';
import { RunError } from '../../../src/train/run/run-error.js';

describe('what a field may be in a sweep', () => {
  it.each<[string, unknown]>([
    ['weightDecay=1e-3,1e-4', { field: 'weightDecay', values: [1e-3, 1e-4] }],
    ['weightDecay=.5', { field: 'weightDecay', values: [0.5] }],
    [
      'kernelSizes=[5,5,3],[3,3,3]',
      {
        field: 'kernelSizes',
        values: [
          [5, 5, 3],
          [3, 3, 3],
        ],
      },
    ],
    ['head=gap,fc', { field: 'head', values: ['gap', 'fc'] }],
    ['nesterov=true,false', { field: 'nesterov', values: [true, false] }],
    ['schedule.patience=3,10', { field: 'schedule.patience', values: [3, 10] }],
    [
      'augment=false,{"padding":4,"flip":true}',
      { field: 'augment', values: [false, { padding: 4, flip: true }] },
    ],
    ['learningRate=log:1e-4..1e-1', { field: 'learningRate', scale: 'log', from: 1e-4, to: 1e-1 }],
    ['dropout=uniform:0.3..0.7', { field: 'dropout', scale: 'uniform', from: 0.3, to: 0.7 }],
  ])('--over %s', (text, dimension) => {
    expect(parseDimension(text)).toEqual(dimension);
  });

  it.each([
    ['weightDecay', /^--over weightDecay: write FIELD=VALUE,VALUE,\.\.\. or FIELD=log:FROM\.\.TO/],
    ['weightDecay=', /write FIELD=VALUE/],
    ['weigthDecay=1', /a sweep varies one of model, .*weightDecay/],
    ['retrain=true', /a sweep varies one of/],
    ['limit=10,20', /trials on other images cannot be compared; leave limit out/],
    ['validation.images=10,20', /leave validation out/],
    ['weightDecay=1,1.0', /1 is there twice/],
    ['kernelSizes=[5,5,3],[3,3', /values are numbers, words, or JSON/],
    ['head=gap,,fc', /values are numbers, words, or JSON/],
    ['learningRate=log:0..1', /a logarithmic range begins above 0/],
    ['learningRate=uniform:2..1', /a range goes from a number to a larger one/],
    ['learningRate=uniform:a..b', /a range goes from a number to a larger one/],
  ])('refuses --over %s', (text, message) => {
    expect(() => parseDimension(text)).toThrow(RunError);
    expect(() => parseDimension(text)).toThrow(message);
  });
});
