/**
 * Every function and class of the package is called here with wrong arguments, one at a time, and must refuse each by an error of
 * the engine's own. A public name that stands neither in `CALLS` nor in `UNCHECKED` fails: a new op says here what it takes.
 */
import { describe, expect, it } from 'vitest';
import * as dawngrad from '../../src/index.js';
import { useDevice } from '../support/device.js';
import { CALLS_OF_IMAGES } from './calls-of-images.js';
import { callsOfNets } from './calls-of-nets.js';
import { callsOfOps } from './calls-of-ops.js';
import { callsOfOptimizers } from './calls-of-optimizers.js';
import { callsOfTraining } from './calls-of-training.js';

const gpu = useDevice();
const CALLS = {
  ...callsOfOps(gpu),
  ...callsOfNets(gpu),
  ...callsOfOptimizers(gpu),
  ...callsOfTraining(gpu),
  ...CALLS_OF_IMAGES,
};

/** What takes nothing that it could take wrongly, or leaves it to somebody who is called here; and who that is. */
const UNCHECKED: Readonly<Record<string, string>> = {
  'listAdapters Module Optimizer models Deadline': 'made, asked for or extended, not told anything',
  'schedule.constant': 'takes nothing',
  'DATASET_NAMES DOWNLOADABLE PRESET_NAMES NO_SCORE': 'values',
  recipeNames: 'takes nothing',
  'loadWeights saveWeights exportOnnx': 'files of nets: see their own tests',
  'SavedModel encodeSafetensors parseConfig runTraining runWithRetraining': 'files, and configs',
  'AdapterError ArgumentError DataError DawngradError DeviceLostError DivergedError FileError GpuValidationError':
    'errors',
  'LimitError MissingDataError NotFiniteError OutOfMemoryError RunError ShaderError ShapeError': 'errors',
};

/** Every public name, those in a namespace as `init.he`. */
const names = Object.entries(dawngrad).flatMap(([name, value]) =>
  name === 'init' || name === 'schedule' ? Object.keys(value).map((inner) => `${name}.${inner}`) : [name],
);

describe('every public function', () => {
  it('is called here, or is said to check nothing', () => {
    const excused = Object.keys(UNCHECKED).flatMap((list) => list.split(' '));
    expect(names.filter((name) => !(name in CALLS) && !excused.includes(name))).toEqual([]);
    expect([...Object.keys(CALLS), ...excused].filter((name) => !names.includes(name))).toEqual([]);
  });

  it.each(Object.keys(CALLS))('%s refuses each wrong argument by an error of the engine', async (name) => {
    for (const [call, ...args] of CALLS[name]!()) {
      const right = args.map((argument) => argument.right);
      const outcome = async (values: readonly unknown[]): Promise<unknown> => {
        try {
          const result: unknown = await call(...(values as never[]));
          if (result instanceof dawngrad.Device) result.destroy();
          return undefined;
        } catch (error) {
          return error;
        }
      };
      expect(await outcome(right), `${name} with right arguments`).toBeUndefined();
      for (const [index, { wrong }] of args.entries()) {
        for (const value of wrong) {
          const error = await outcome(right.with(index, value));
          expect(
            error,
            `${name}, argument ${index}: ${String(JSON.stringify(value)).slice(0, 200)}`,
          ).toBeInstanceOf(dawngrad.DawngradError);
        }
      }
    }
  });
});
