import { describe, expect, it } from 'vitest';
import { add } from '../../../src/autograd/ops/elementwise/add.js';
import { multiply } from '../../../src/autograd/ops/elementwise/multiply.js';
import { DawngradError } from '../../../src/errors/errors.js';
import { relu } from '../../../src/kernels/elementwise/relu.js';
import { filled } from '../../../src/kernels/fill.js';
import { multiplyInto } from '../../../src/kernels/products/matmul.js';
import { assign } from '../../../src/nn/state.js';
import { from, zeros } from '../../../src/tensor/create.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { keep, tidy } from '../../../src/tensor/tidy.js';
import { useDevice } from '../../support/device.js';

describe('a program', () => {
  const gpu = useDevice();

  it('computes nothing while it is recorded, and anew at each run', async () => {
    const x = from(gpu.device, [1, -2]);
    const program = gpu.device.record(() => add(relu(x), 10));
    expect(program.kernels).toEqual(['relu.forward', 'elementwise.number']);
    expect(gpu.device.pending).toBe(0);
    program.run();
    expect(await program.result.toArray()).toEqual(Float32Array.of(11, 10));
    x.write(Float32Array.of(-3, 4));
    program.run();
    expect(await program.result.toArray()).toEqual(Float32Array.of(10, 14));
  });

  it('runs after what was recorded before it, and reads of its result are not disturbed by its next run', async () => {
    const x = zeros(gpu.device, [2]);
    const program = gpu.device.record(() => add(x, 1));
    x.write(Float32Array.of(1, 2));
    program.run();
    const first = program.result.toArray();
    x.write(Float32Array.of(3, 4));
    program.run();
    expect(await first).toEqual(Float32Array.of(2, 3));
    expect(await program.result.toArray()).toEqual(Float32Array.of(4, 5));
  });

  it('is compiled ahead on request, with nothing left to compile and nothing computed', async () => {
    const x = from(gpu.device, [0.5, -2]);
    const program = await gpu.device.compile(() => add(relu(x), 4));
    expect(program.kernels).toEqual(['relu.forward', 'elementwise.number']);
    x.write(Float32Array.of(-1, 3));
    program.run();
    expect(await program.result.toArray()).toEqual(Float32Array.of(4, 7));
  });

  it('leaves out what is optional, in runs that do not ask for it', async () => {
    const x = from(gpu.device, [1, -2]);
    const program = gpu.device.record(() => {
      const y = relu(x);
      let seen: Tensor | undefined;
      gpu.device.optionally(() => {
        seen = add(y, 10);
      });
      return { y: add(y, 1), seen: seen as Tensor };
    });
    const { y, seen } = program.result;
    program.run({ optional: true });
    expect([...(await y.toArray()), ...(await seen.toArray())]).toEqual([2, 1, 11, 10]);
    x.write(Float32Array.of(5, 6));
    program.run();
    expect([...(await y.toArray()), ...(await seen.toArray())]).toEqual([6, 7, 11, 10]);
    const labels = (optional: boolean) =>
      [...program.oneByOne({ optional })].map(({ launch }) => launch.label);
    expect(labels(true)).toHaveLength(labels(false).length + 1);
  });

  it('does what is optional at once, where nothing is recorded', async () => {
    let y: Tensor | undefined;
    gpu.device.optionally(() => {
      y = relu(from(gpu.device, [1, -2]));
    });
    expect(await y?.toArray()).toEqual(Float32Array.of(1, 0));
  });

  it('runs its launches one by one, each as often as asked, with the work on the host between them', async () => {
    const x = from(gpu.device, [1, -2]);
    const [sum, one] = [zeros(gpu.device, [2]), filled(gpu.device, [1], 1)];
    const strides = { row: 1, inner: 1, column: 1 };
    const sizes = { batches: 1, rows: 2, columns: 1, outer: 1, inner: 1, group: 1 };
    const product = { ...sizes, a: strides, b: strides, c: strides };
    const addTo = (total: Tensor, y: Tensor) => multiplyInto(total, y, one, product, { accumulate: true });
    const program = gpu.device.record(() => {
      addTo(sum, relu(x));
      gpu.device.onHost(() => x.write(Float32Array.of(5, 6)));
      addTo(sum, relu(x));
    });
    const labels: string[] = [];
    for (const { launch, run } of program.oneByOne()) {
      run(launch.label === 'relu.forward' ? 2 : 3);
      labels.push(launch.label);
    }
    expect(labels).toEqual(program.kernels);
    expect(await sum.toArray()).toEqual(Float32Array.of(3 * 1 + 3 * 5, 3 * 6));
    program.dispose();
    expect(() => [...program.oneByOne()][0]!.run(1)).toThrow('disposed of');
  });

  it('gives the bits of eager work', async () => {
    const x = from(gpu.device, [0.1, -0.7, 1e-9]);
    const work = () => multiply(add(multiply(x, x), x), relu(x));
    const program = gpu.device.record(work);
    program.run();
    expect(await program.result.toArray()).toEqual(await work().toArray());
  });

  it('shares memory between tensors that are not needed together, and takes what was planned', () => {
    const x = filled(gpu.device, [1 << 16], 1);
    const work = () =>
      tidy(gpu.device, () => {
        let y = relu(x);
        for (let i = 0; i < 10; i++) {
          const next = relu(y);
          y.dispose();
          y = next;
        }
        return y;
      });
    // Only two are needed at a time: what is read and what is written.
    const { bytes: planned, launches } = gpu.device.plan(work);
    expect(planned).toBe(2 * 4 * (1 << 16));
    const before = gpu.device.memory.used;
    const program = gpu.device.record(work);
    expect(program.bytes).toBe(planned);
    expect(program.kernels).toEqual(launches.map(({ label }) => label));
    expect(gpu.device.memory.used - before).toBe(planned);
    program.dispose();
    program.dispose();
    expect(gpu.device.memory.used).toBe(before);
    expect(() => program.run()).toThrow('disposed of');
  });

  it.each<[string, (x: Tensor) => void]>([
    ['a tensor was disposed of', (x) => x.dispose()],
    [
      'the tidy() is over in which a tensor was made',
      (x) => {
        tidy(x.device, () => x.device.scopes.add(x));
      },
    ],
  ])('does not run on what is in the memory of a tensor by now: %s', (_, lose) => {
    const [x, base] = [from(gpu.device, [1, 2]), from(gpu.device, [1, 2, 3, 4])];
    const program = gpu.device.record(() => add(x, 1));
    const ofView = gpu.device.record(() => tidy(gpu.device, () => add(base.view([2, 2]), 1)));
    const ofResult = gpu.device.record(() => add(program.result, 1));
    for (const each of [program, ofView, ofResult]) each.run();
    lose(x);
    filled(gpu.device, [2], 7); // which gets the same memory
    expect(() => program.run()).toThrow(
      'made before its recording, which it reads or writes, was disposed of',
    );
    expect(() => ofView.run()).not.toThrow();
    expect(() => ofResult.run()).not.toThrow();
    program.dispose();
    expect(() => ofResult.run()).toThrow('was disposed of');
  });

  it('reads, writes and computes in the middle of a buffer', async () => {
    const x = filled(gpu.device, [1025], 1);
    const program = gpu.device.record(() => {
      const large = relu(x);
      const small = filled(gpu.device, [2], 7);
      const sum = add(large, 1);
      large.dispose();
      return { small, sum };
    });
    const { small, sum } = program.result;
    expect(small.memory.offset).toBeGreaterThan(0);
    program.run();
    expect(await small.toArray()).toEqual(Float32Array.of(7, 7));
    small.write(Float32Array.of(3, 4));
    expect(await add(small, 1).toArray()).toEqual(Float32Array.of(4, 5));
    expect((await sum.toArray())[1024]).toBe(2);
  });

  it('leaves memory alone that was released after it was recorded', async () => {
    const program = gpu.device.record(() => filled(gpu.device, [64], 7));
    program.result.dispose();
    const other = from(
      gpu.device,
      Array.from({ length: 64 }, () => 1),
    );
    program.run();
    expect((await other.toArray())[0]).toBe(1);
  });

  it('refuses to read, or to write from the host, what has no memory yet', async () => {
    const write = () => gpu.device.record(() => from(gpu.device, [1, 2]));
    expect(write).toThrow(DawngradError);
    expect(write).toThrow('tensor [2]: has no memory before its program is built');
    let reading: Promise<unknown> | undefined;
    gpu.device.record(() => {
      reading = filled(gpu.device, [1], 1).toArray();
    });
    await expect(reading).rejects.toThrow('has no memory before its program is built');
  });

  it('refuses to be recorded within another, and a failure ends the recording', () => {
    const nested = () => gpu.device.record(() => gpu.device.record(() => 0));
    expect(nested).toThrow('another one is being recorded');
    const y = filled(gpu.device, [1], 1);
    expect(y.buffer.size).toBeGreaterThan(0);
  });

  describe('with work for the host', () => {
    it('does it in its place among the launches, at each run, and not while it is recorded', async () => {
      const x = zeros(gpu.device, [1]);
      let count = 0;
      const next = () => gpu.device.onHost(() => x.write(Float32Array.of(++count)));
      const program = gpu.device.record(() => {
        const before = multiply(x, 1);
        next();
        const between = multiply(x, 1);
        next();
        return [before, between, multiply(x, 1)];
      });
      expect(program.kernels).toHaveLength(3);
      const results = () => Promise.all(program.result.map((each) => each.item()));
      expect(count).toBe(0);
      program.run();
      expect(await results()).toEqual([0, 1, 2]);
      program.run();
      expect(await results()).toEqual([2, 3, 4]);
    });

    it('does it at once outside of a recording, and never in a plan', () => {
      let count = 0;
      const work = () => gpu.device.onHost(() => count++);
      gpu.device.plan(work);
      expect(count).toBe(0);
      work();
      expect(count).toBe(1);
      gpu.device.record(() => gpu.device.unrecorded(work));
      expect(count).toBe(2);
    });

    it('submits all launches at once if the host writes nothing', () => {
      const x = filled(gpu.device, [1], 1);
      const program = gpu.device.record(() => {
        const y = relu(x);
        gpu.device.onHost(() => {});
        return relu(y);
      });
      gpu.device.flush();
      const { queue } = gpu.device.gpu;
      const { submit } = queue;
      let submits = 0;
      queue.submit = (buffers) => {
        submits += 1;
        submit.call(queue, buffers);
      };
      program.run();
      queue.submit = submit;
      expect(submits).toBe(1);
    });

    it('stops where it fails', async () => {
      const [x, y] = [zeros(gpu.device, [1]), zeros(gpu.device, [1])];
      let failing = true;
      const program = gpu.device.record(() => {
        gpu.device.onHost(() => x.write(Float32Array.of(1)));
        gpu.device.onHost(() => {
          if (failing) throw new RangeError('no more');
        });
        gpu.device.onHost(() => y.write(Float32Array.of(1)));
      });
      expect(() => program.run()).toThrow(new RangeError('no more'));
      expect([await x.item(), await y.item()]).toEqual([1, 0]);
      failing = false;
      program.run();
      expect(await y.item()).toBe(1);
    });

    it('may run another program', async () => {
      const x = zeros(gpu.device, [1]);
      const inner = gpu.device.record(() => add(x, 1));
      const outer = gpu.device.record(() => {
        gpu.device.onHost(() => inner.run());
        return add(inner.result, 10);
      });
      x.write(Float32Array.of(100));
      outer.run();
      expect(await outer.result.item()).toBe(111);
    });
  });

  it('refuses what no run of it would repeat', () => {
    const [x, y] = [zeros(gpu.device, [1]), zeros(gpu.device, [1])];
    const other = gpu.device.record(() => relu(x));
    const works: [string, () => void][] = [
      ['writing from the host', () => x.write(Float32Array.of(1))],
      ['copying a buffer', () => assign(x, y)],
      ['running a program', () => other.run()],
    ];
    for (const [what, work] of works) {
      expect(() => gpu.device.record(work)).toThrow(
        `${what} while a program is recorded: no run of the program would repeat it; do it before each run, or put it into`,
      );
      expect(() => gpu.device.record(() => gpu.device.onHost(work)).run()).not.toThrow();
    }
  });

  it('does at once what is marked as unrecorded', async () => {
    let state: ReturnType<typeof zeros> | undefined;
    const program = gpu.device.record(() => {
      state ??= gpu.device.unrecorded(() => keep(from(gpu.device, [5])));
      return add(state, 1);
    });
    expect(await state?.item()).toBe(5);
    program.run();
    expect(await program.result.item()).toBe(6);
  });
});
