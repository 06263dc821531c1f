/** Exported nets, run by onnxruntime, which is installed for it: `npm run test:onnx`. */
import { defineConfig } from 'vitest/config';
import { HANGS } from '../../vitest.config.js';

export default defineConfig({
  test: { include: ['test/onnx/*.test.ts'], testTimeout: HANGS, hookTimeout: HANGS },
});
