/** Every rung over all of the lab's table of products: `npm run test:rungs`, which compiles a thousand pipelines. */
import { mergeConfig } from 'vitest/config';
import ordinary from '../../vitest.config.js';

const config = mergeConfig(ordinary, { test: { testTimeout: 3_600_000 } });
delete config.test.projects;
config.test.include = ['test/rungs/*.test.ts'];
config.test.exclude = [];
export default config;
