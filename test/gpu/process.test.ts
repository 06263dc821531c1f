/** What a device does to the process it lives in: nothing. These can only be seen from outside. */
import { describe, expect, it } from 'vitest';
import { usePrograms } from './child-process.js';

const IMPORTS = `
  import { Device } from './dist/gpu/device.js';
  import { full } from './dist/tensor/create.js';
  import { relu } from './dist/kernels/elementwise/relu.js';
`;

/** A crash at exit is a race: once is no proof. */
const TIMES = [1, 2, 3];

describe('a process that forgets destroy()', () => {
  const programs = usePrograms();

  it.each(TIMES)('ends by itself with code 0: time %d', async () => {
    const { code, stdout, stderr } = await programs.run(`${IMPORTS}
      const device = await Device.create();
      console.log(await relu(full(device, [3], 7)).toArray());
    `);
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: 'Float32Array(3) [ 7, 7, 7 ]\n' });
  });

  it.each(TIMES)('ends with code 1 where something is thrown: time %d', async () => {
    const { code, stderr } = await programs.run(`${IMPORTS}
      const device = await Device.create();
      const y = relu(full(device, [1000], 7));
      y.toArray();
      throw new Error('thrown on purpose');
    `);
    expect(code, stderr).toBe(1);
    expect(stderr).toContain('thrown on purpose');
  });

  it.each(TIMES)('ends by itself with work under way: time %d', async () => {
    const { code, stderr } = await programs.run(`${IMPORTS}
      const device = await Device.create();
      for (let y = full(device, [1 << 20], 7), i = 0; i < 20; i++) y = relu(y);
      device.flush();
    `);
    expect(code, stderr).toBe(0);
  });
});

describe('the garbage collector', () => {
  const programs = usePrograms();
  const COLLECT = `
    const collect = async () => {
      globalThis.gc();
      await new Promise((resolve) => setImmediate(resolve));
    };
  `;

  it('may take a device that was not destroyed', async () => {
    const { code, stdout, stderr } = await programs.run(
      `${IMPORTS}${COLLECT}
      let sum = 0;
      for (let i = 0; i < 5; i++) {
        const device = await Device.create();
        sum += await relu(full(device, [1], i)).item();
        await collect();
      }
      await collect();
      console.log(sum);
    `,
      ['--expose-gc'],
    );
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: '10\n' });
  });

  it('gives the memory of the tensors it takes back, but not that of their views', async () => {
    const { code, stdout, stderr } = await programs.run(
      `${IMPORTS}${COLLECT}
      const device = await Device.create();
      const view = full(device, [64], 5).view([8, 8]);
      let disposed = full(device, [64], 6);
      const viewOfDisposed = disposed.view([8, 8]);
      disposed.dispose();
      disposed = undefined;
      const kept = device.memory.used;
      for (let i = 0; i < 50; i++) relu(full(device, [64], i));
      await device.synchronize();
      const most = device.memory.used;
      // It comes when it comes: collect until it has, or until it clearly will not.
      for (let i = 0; i < 100 && device.memory.used > kept; i++) await collect();
      const values = await Promise.all([view, viewOfDisposed].map((each) => each.toArray()));
      console.log(most - kept, device.memory.used - kept, ...values.map((array) => array[63]));
    `,
      ['--expose-gc'],
    );
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: '25600 0 5 6\n' });
  });

  it('takes a program that was disposed of, and all that it recorded', async () => {
    const { code, stdout, stderr } = await programs.run(
      `${IMPORTS}${COLLECT}
      const device = await Device.create();
      const x = full(device, [64], 5);
      const resultOfOne = () => {
        const program = device.record(() => relu(relu(x)));
        program.run();
        program.dispose();
        return new WeakRef(program.result);
      };
      const results = Array.from({ length: 5 }, resultOfOne);
      await device.synchronize();
      // Without a look in between: who was asked for in a turn stays until its end.
      for (let i = 0; i < 30; i++) await collect();
      console.log(results.filter((result) => result.deref()).length);
    `,
      ['--expose-gc'],
    );
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: '0\n' });
  });
});
