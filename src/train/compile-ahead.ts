/** What a run launches is compiled while its images are read and prepared: neither needs to wait for the other. */
import type { Device } from '../gpu/device.js';
import { BatchProgram } from './batch-program.js';
import type { RunConfig } from './recipes/config.js';
import { blankImages } from './run/data/run-images.js';
import { assemble, EVALUATION_BATCH, type Learner } from './run/session.js';
import { evaluationWork } from './trainer.js';

/**
 * Begin to compile what a training step of a run launches, and, on a GPU, what scoring does, which a software driver would do with
 * the processor that trains. Nothing is computed, no random key is drawn.
 * @returns at once; `compiled` resolves when the training step is compiled. What goes wrong is for whoever takes the first step.
 */
export async function compileAhead(
  config: RunConfig,
  device: Device,
  learner: Learner,
): Promise<{ readonly compiled: Promise<void> }> {
  try {
    const { train, test, model, trainer } = assemble(config, device, blankImages(config), learner);
    await Promise.all([train.toDevice(), test.toDevice()]);
    model.train();
    const step = new BatchProgram(device, train, trainer.work).plan(config.batch);
    model.zeroGrad();
    const compiled = device.compilePipelines(step.launches);
    if (!device.adapter.software) {
      const scoring = new BatchProgram(device, test, evaluationWork(model)).plan(EVALUATION_BATCH);
      device.compilePipelines(scoring.launches).catch(() => {});
    }
    return { compiled: compiled.catch(() => {}) };
  } catch {
    return { compiled: Promise.resolve() };
  }
}
