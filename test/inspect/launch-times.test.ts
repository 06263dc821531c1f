import { describe, expect, it, vi } from 'vitest';
import { add } from '../../src/autograd/ops/elementwise/add.js';
import { type Stopwatch, stopwatch } from '../../src/gpu/stopwatch.js';
import { timeLaunches } from '../../src/inspect/launch-times.js';
import { enoughRepeats } from '../../src/inspect/timing/repeats.js';
import { relu } from '../../src/kernels/elementwise/relu.js';
import { filled } from '../../src/kernels/fill.js';
import { zeros } from '../../src/tensor/create.js';
import { useDevice } from '../support/device.js';

vi.mock('../../src/inspect/timing/repeats.js', { spy: true });
vi.mock('../../src/gpu/stopwatch.js', { spy: true });

describe('the times of launches', () => {
  const gpu = useDevice();

  it('are those of every launch, in order, and add up to what a run takes', async () => {
    const { device } = gpu;
    const x = filled(device, [1 << 18], -1);
    const program = device.record(() => add(relu(add(x, 3)), 1));
    const dispatch = vi.spyOn(GPUComputePassEncoder.prototype, 'dispatchWorkgroups');
    const clock: Stopwatch = {
      name: 'host clock',
      time: async (work) => {
        const before = dispatch.mock.calls.length;
        work();
        device.flush();
        return dispatch.mock.calls.length - before;
      },
    };
    vi.mocked(stopwatch).mockReturnValueOnce(clock);
    const seen: string[] = [];
    const times = await timeLaunches(device, program, { sample: 5, samples: 3 }, ({ launch }) =>
      seen.push(launch.label),
    );
    expect(times.map(({ launch }) => launch.label)).toEqual(program.kernels);
    expect(seen).toEqual(program.kernels);
    for (const { milliseconds } of times) expect(milliseconds).toHaveLength(3);
    const { calls, settledResults } = vi.mocked(enoughRepeats).mock;
    expect(calls.map(([, sample]) => sample)).toEqual([5, 5, 5]);
    expect(settledResults.map(({ value }) => value)).toEqual(times.map(({ repeats }) => repeats));
    // By a clock that counts dispatches, so that no other work on the machine shows: each is one, and their sum is that of a run.
    expect(times.flatMap(({ milliseconds }) => milliseconds)).toEqual(Array(9).fill(1));
    expect(await clock.time(() => program.run())).toBe(3);
    dispatch.mockRestore();
    // Nothing of this is added to: repeating it changes nothing.
    expect((await program.result.toArray()).every((value) => value === 3)).toBe(true);
  });

  it('find in memory what a run leaves there, what the host does between launches included', async () => {
    const { device } = gpu;
    const x = zeros(device, [4]);
    let runs = 0;
    const program = device.record(() => {
      const first = add(x, 1);
      device.onHost(() => x.write(new Float32Array(4).fill(++runs)));
      return { first, second: add(x, 10) };
    });
    await timeLaunches(device, program, { sample: 0.01, samples: 1 });
    expect(runs).toBe(1);
    expect(await program.result.first.toArray()).toEqual(new Float32Array(4).fill(1));
    expect(await program.result.second.toArray()).toEqual(new Float32Array(4).fill(11));
  });
});
