/** The public part of this floor. It also gives programs their `explain`. */
import './explain/program-explain.js';

export type { Explanation } from './explain/explanation.js';
export type { ExplainProgramOptions } from './explain/program-explain.js';
export { withOrigins } from './explain/with-origins.js';
