import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // What a file of a user's net imports in a test is what the tests test.
  resolve: {
    alias: [{ find: /^dawngrad$/, replacement: new URL('src/index.ts', import.meta.url).pathname }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // The software driver compiles on one core, and that is most of the time here: a worker for each core, whose kernels run on one.
    pool: 'forks',
    maxWorkers: Math.min(4, availableParallelism()),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What somebody measured on this machine must not decide what is tested.
    env: { DAWNGRAD_TUNING: 'off', LP_NUM_THREADS: '1' },
  },
});
