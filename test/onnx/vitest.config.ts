/** Exported nets, run by onnxruntime, which is installed for it: `npm run test:onnx`. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/onnx/*.test.ts'], testTimeout: 120_000, hookTimeout: 600_000 },
});
