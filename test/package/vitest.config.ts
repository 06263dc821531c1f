/** The package as users get it: packed, installed elsewhere, checked, bundled, run. `npm run test:package`; it needs the network. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/package/*.test.ts'], testTimeout: 300_000, hookTimeout: 600_000 },
});
