/**
 * Every op on a device with nothing but what WebGPU guarantees everywhere: `npm run test:minimum`. On lavapipe it has vectors as wide
 * as the engine asks for.
 */
import { mergeConfig } from 'vitest/config';
import ordinary from '../vitest.config.js';

const config = mergeConfig(ordinary, { test: { env: { DAWNGRAD_TEST_DEVICE: 'minimum' } } });
delete config.test.env.LP_NATIVE_VECTOR_WIDTH;
delete config.test.projects;
config.test.include = ['test/{kernels,autograd}/**/*.test.ts', 'test/support/device.test.ts'];
// What emulates matrix units takes more workgroup memory than that.
config.test.exclude = ['test/kernels/products/{matrix,haloed}-units.test.ts'];
export default config;
