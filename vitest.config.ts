import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // One process after another: the software driver already uses every core, and a device per worker would thrash.
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What somebody measured on this machine must not decide what is tested.
    env: { DAWNGRAD_TUNING: 'off' },
  },
});
