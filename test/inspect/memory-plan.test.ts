import { describe, expect, it } from 'vitest';
import { glyphs } from '../../src/data/glyphs/glyphs.js';
import { LimitError } from '../../src/gpu/gpu-errors.js';
import { planRun } from '../../src/inspect/memory-plan.js';
import { standardisedImages } from '../../src/train/run/data/run-images.js';
import { assemble, EVALUATION_BATCH } from '../../src/train/run/session.js';
import { evaluate } from '../../src/train/trainer.js';
import { useDevice } from '../support/device.js';
import { SEED, tinyConfig } from '../train/run/tiny-run.js';

describe.each([
  ['sgd', false],
  ['adam', true],
] as const)('a plan with %s, batch norm: %s,', (optimizer, batchNorm) => {
  const [planning, running] = [useDevice(), useDevice({ seed: SEED })];
  const config = { ...tinyConfig, optimizer, batchNorm, batch: 16 };

  it('is right within one percent of what the run then takes', async () => {
    const plan = planRun(config, planning.device);
    const { device } = running;
    const data = glyphs({ train: 3 * config.batch, test: EVALUATION_BATCH });
    const { trainer, model, test } = assemble(config, device, standardisedImages(data));
    for await (const _ of trainer.epoch());
    expect(Math.abs(device.memory.peak / plan.trainingPeak - 1)).toBeLessThan(0.01);
    for await (const _ of evaluate(device, model, test));
    expect(Math.abs(device.memory.peak / plan.runPeak - 1)).toBeLessThan(0.01);
  });
});

describe('planRun', () => {
  const gpu = useDevice();
  const small = useDevice({ limits: 'minimum' });

  it('tells apart what adds up to the whole', () => {
    const { training, ...plan } = planRun(tinyConfig, gpu.device);
    const { gradients, activations, workspace, texels, gaps, upload, total } = training;
    expect(gradients + activations + workspace + texels + gaps + upload).toBe(total);
    expect(plan.parameters + plan.optimizerState + plan.constants + total).toBe(plan.trainingPeak);
    for (const part of [gradients, activations, workspace, upload]) expect(part).toBeGreaterThan(0);
    expect(gaps).toBeGreaterThanOrEqual(0);
  });

  it('keeps nothing for a backward pass in evaluation', () => {
    const { evaluation } = planRun(tinyConfig, gpu.device);
    expect([evaluation.activations, evaluation.gradients]).toEqual([0, 0]);
  });

  it('computes nothing', () => {
    let submitted = 0;
    const { queue } = gpu.device.gpu;
    const { submit } = queue;
    queue.submit = () => {
      submitted += 1;
    };
    planRun({ ...tinyConfig, optimizer: 'sgd' }, gpu.device);
    queue.submit = submit;
    // Each parameter moves to its place beside the others, and the slots of the optimizer are made zero.
    const weightsAndBiases = 18;
    expect(submitted).toBe(weightsAndBiases + 1);
  });

  it('of twice the batch has twice the activations', () => {
    const of = (batch: number) => planRun({ ...tinyConfig, batch }, gpu.device).training;
    expect(of(64).activations / of(32).activations).toBeCloseTo(2, 3);
    expect(of(64).total / of(32).total).toBeLessThan(2.1);
  });

  it('names the op that exceeds a limit, and the largest batch that does not', () => {
    const plan = (batch: number) => () => planRun({ ...tinyConfig, width: 1, batch }, small.device);
    expect(plan(9_000)).toThrow(LimitError);
    let message = '';
    try {
      plan(9_000)();
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(
      /^Conv2d "block1\.\w+": tensor \[9000, \d+, \d+, \d+\]: needs \d+ bytes in one buffer/,
    );
    const largest = Number(/The largest batch that fits is (\d+)\.$/.exec(message)?.[1]);
    expect(plan(largest)).not.toThrow();
    expect(plan(largest + 1)).toThrow(LimitError);
  });
});
