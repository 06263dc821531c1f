import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Files that leave a process as they found it: devices are opened and destroyed by each, and the driver is told nothing of its own. */
const SHARING = [
  'test/{autograd,errors,nn,tensor}/**/*.test.ts',
  'test/kernels/*.test.ts',
  'test/kernels/!(products)/**/*.test.ts',
];

/** Milliseconds: many times what the longest test takes on two cores. */
export const HANGS = 1_200_000;

export default defineConfig({
  // What a file of a user's net imports in a test is what the tests test.
  resolve: {
    alias: [{ find: /^dawngrad$/, replacement: new URL('src/index.ts', import.meta.url).pathname }],
  },
  test: {
    // The software driver compiles on one core, and that is most of the time here: a worker for each core, whose kernels run on one.
    pool: 'forks',
    maxWorkers: Math.min(4, availableParallelism()),
    // Tests listen to the engine's warnings; nobody has to read them.
    execArgv: ['--disable-warning=DawngradWarning'],
    // It finds what hangs, and nothing else: no test has a limit of its own, nor asks how fast this machine is while others use it too.
    testTimeout: HANGS,
    hookTimeout: HANGS,
    env: {
      // What somebody measured on this machine must not decide what is tested.
      DAWNGRAD_TUNING: 'off',
      LP_NUM_THREADS: '1',
      // As lavapipe has it on most machines: for vectors of 512 bits, which the engine asks it for where there are any, it compiles for
      // twice as long. `test/minimum.config.ts` leaves the choice to the engine.
      LP_NATIVE_VECTOR_WIDTH: process.env.LP_NATIVE_VECTOR_WIDTH ?? '256',
    },
    projects: [
      // A process takes one file after another, and imports the engine once: a third less time.
      { extends: true, test: { name: 'ops', include: SHARING, isolate: false } },
      {
        extends: true,
        test: {
          name: 'rest',
          include: ['test/**/*.test.ts'],
          // What installs packages of its own, or compiles for minutes, has commands of its own.
          exclude: [...SHARING, 'test/onnx/**', 'test/package/**', 'test/rungs/**'],
        },
      },
    ],
  },
});
