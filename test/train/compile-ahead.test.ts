import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Device } from '../../src/gpu/device.js';
import { randomState } from '../../src/kernels/random-key.js';
import { compileAhead } from '../../src/train/compile-ahead.js';
import { standardisedImages } from '../../src/train/run/data/run-images.js';
import { runTraining } from '../../src/train/run/run.js';
import { assemble, buildLearner, type Session } from '../../src/train/run/session.js';
import { useDevice } from '../support/device.js';
import { useDirectory } from '../support/directory.js';
import { SEED, tinyConfig, tinyData } from './run/tiny-run.js';

const directory = useDirectory();
const config = { ...tinyConfig, epochs: 1 };

async function trained({ trainer, model }: Session): Promise<unknown> {
  const losses: number[] = [];
  for await (const { lossSum } of trainer.epoch()) losses.push(lossSum);
  const values = await Promise.all([...model.stateDict().values()].map((tensor) => tensor.toArray()));
  return { losses, values };
}

/** How many pipelines are compiled from now on. */
function compilations({ gpu }: Device): () => number {
  const sync = vi.spyOn(gpu, 'createComputePipeline');
  const async = vi.spyOn(gpu, 'createComputePipelineAsync');
  return () => sync.mock.calls.length + async.mock.calls.length;
}

describe('compiling ahead', () => {
  const [ahead, untouched, started] = [0, 1, 2].map(() => useDevice({ seed: SEED }));

  it('leaves nothing of a step to compile, and training as it would be', async () => {
    const { device } = ahead!;
    // Some drivers are better off with several devices that compile; here this one is to have everything.
    vi.stubEnv('MESA_SHADER_CACHE_DISABLE', '1');
    const learner = buildLearner(config, device);
    const keys = await randomState(device).read();
    const { compiled } = await compileAhead(config, device, learner);
    await compiled;
    expect(await randomState(device).read()).toEqual(keys);
    const session = assemble(config, device, standardisedImages(tinyData), learner);
    const count = compilations(device);
    const one = await trained(session);
    expect(count()).toBe(0);
    vi.unstubAllEnvs();
    const other = assemble(config, untouched!.device, standardisedImages(tinyData));
    expect(one).toEqual(await trained(other));
  });

  it('is under way when the images of a run are read', async () => {
    const { device } = started!;
    const compile = vi.spyOn(device, 'compilePipelines');
    let reads = 0;
    const dataset = () => {
      expect(compile).toHaveBeenCalledOnce();
      expect(compile.mock.calls[0]?.[0].length).toBeGreaterThan(20);
      reads += 1;
      return tinyData;
    };
    const outcome = await runTraining({ config, dataset, device, path: join(directory.path, 'run') });
    expect([outcome.state, reads]).toEqual(['finished', 1]);
  });

  it('leaves what is wrong with a step for whoever takes it', async () => {
    const { device } = started!;
    const learner = buildLearner(config, device);
    vi.spyOn(device, 'compilePipelines').mockRejectedValue(new Error('lost'));
    await (await compileAhead(config, device, learner)).compiled;
    vi.spyOn(device, 'plan').mockImplementation(() => {
      throw new Error('too large');
    });
    await (await compileAhead(config, device, learner)).compiled;
    vi.restoreAllMocks();
  });
});
