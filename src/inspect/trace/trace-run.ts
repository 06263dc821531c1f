/** The steps of a training run as a trace. `dawngrad trace` writes it. */
import type { Device } from '../../gpu/device.js';
import { BatchProgram } from '../../train/batch-program.js';
import { nameOfModel } from '../../train/nets/net-file.js';
import { pipelined } from '../../train/pipelined.js';
import type { RunConfig } from '../../train/recipes/config.js';
import { blankImages } from '../../train/run/data/run-images.js';
import { assemble, openLearner } from '../../train/run/session.js';
import type { Score } from '../../train/score.js';
import { withOrigins } from '../explain/with-origins.js';
import { timestampResolution } from '../timestamps.js';
import type { Span } from './launch-clock.js';
import { type Traced, traceDevice } from './tracer.js';

/** Steps before the trace begins: the first ones of a process take longer than all after them. */
const WARM_UP = 3;

/** What happened while training took its steps. */
export interface TracedRun extends Traced {
  /** When the host was busy with each step. */
  readonly steps: readonly Span[];
  /** The beginning, by the same clock. */
  readonly begin: number;
  readonly model: string;
  readonly batch: number;
  readonly precision: string;
  readonly adapter: string;
  /** How the times of launches were found, and to what, in words. */
  readonly clock: string;
}

/**
 * Trace training steps of a run of this config, on images that are blank: as a run takes them, several at a time on their way.
 * @param device made for this: the session that is traced lives on it
 * @throws LimitError when a tensor is larger than the device allows; OutOfMemoryError when a step does not fit
 */
export async function traceRun(config: RunConfig, device: Device, steps: number): Promise<TracedRun> {
  const { batch } = config;
  const name = nameOfModel(config.model);
  const images = blankImages(config, batch * (WARM_UP + steps));
  const traced = { ...config, seed: device.seed };
  const learner = await openLearner(traced, device);
  const { model, train, trainer } = assemble(traced, device, images, learner);
  model.train();
  const program = new BatchProgram(device, train, trainer.work);
  await train.toDevice();
  const taken: Span[] = [];
  const take = async (from: number, to: number) => {
    for await (const _ of pipelined(stepsOf(program, from, to, taken), () => {}));
  };
  try {
    // The program is recorded before the first wait.
    await withOrigins([model], () => program.programOf(batch));
    await take(0, WARM_UP);
    taken.length = 0;
    const begin = performance.now();
    const happened = await traceDevice(device, () => take(WARM_UP, WARM_UP + steps));
    const { precision, adapter } = device;
    const clock = await describeClock(device);
    return { ...happened, steps: taken, begin, model: name, batch, precision, adapter: adapter.name, clock };
  } finally {
    program.dispose();
  }
}

async function describeClock(device: Device): Promise<string> {
  if (!device.has('timestamp-query')) return 'those of whole submits, since this device has no timestamps';
  const step = await timestampResolution(device);
  return `by the device's clock${step === undefined ? '' : `, which goes in steps of ${step / 1000} us`}`;
}

/** Take these steps, noting when. */
function* stepsOf(program: BatchProgram, from: number, to: number, taken: Span[]): Generator<Promise<Score>> {
  for (let step = from; step < to; step++) {
    const begin = performance.now();
    const score = program.run(0, step);
    taken.push({ begin, end: performance.now() });
    yield score;
  }
}
