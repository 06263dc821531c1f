/** The package as users get it: packed, installed elsewhere, checked, bundled, run. `npm run test:package`; it needs the network. */
import { defineConfig } from 'vitest/config';
import { HANGS } from '../../vitest.config.js';

export default defineConfig({
  test: { include: ['test/package/*.test.ts'], testTimeout: HANGS, hookTimeout: HANGS },
});
