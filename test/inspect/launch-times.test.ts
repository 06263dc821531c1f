import { describe, expect, it } from 'vitest';
import { add } from '../../src/autograd/ops/elementwise/add.js';
import { stopwatch } from '../../src/gpu/stopwatch.js';
import { timeLaunches } from '../../src/inspect/launch-times.js';
import { relu } from '../../src/kernels/elementwise/relu.js';
import { filled } from '../../src/kernels/fill.js';
import { zeros } from '../../src/tensor/create.js';
import { useDevice } from '../support/device.js';

describe('the times of launches', () => {
  const gpu = useDevice();

  it('are those of every launch, in order, and add up to about what a run takes', async () => {
    const { device } = gpu;
    const x = filled(device, [1 << 18], -1);
    const program = device.record(() => add(relu(add(x, 3)), 1));
    const seen: string[] = [];
    const times = await timeLaunches(device, program, { sample: 5, samples: 3 }, ({ launch }) =>
      seen.push(launch.label),
    );
    expect(times.map(({ launch }) => launch.label)).toEqual(program.kernels);
    expect(seen).toEqual(program.kernels);
    for (const { repeats, milliseconds } of times) {
      expect(milliseconds).toHaveLength(3);
      expect(repeats * Math.max(...milliseconds)).toBeGreaterThan(2);
    }
    // Other work on the machine hits one or the other: the least of each counts, and the bounds are wide.
    const clock = stopwatch(device);
    let run = Number.POSITIVE_INFINITY;
    for (let count = 0; count < 5; count++) run = Math.min(run, await clock.time(() => program.run()));
    const sum = times.reduce((total, { milliseconds }) => total + Math.min(...milliseconds), 0);
    expect(sum).toBeGreaterThan(run / 4);
    expect(sum).toBeLessThan(run * 4);
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
