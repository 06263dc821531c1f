/** What the lab does with a user's shader; `openLab` takes one there. */
import type { RunConfig } from '../../train/recipes/config.js';
import type { Beside, Workbench } from './beside.js';
import type { CheckedCase } from './check-rung.js';

/** What can be done with a shader that is launched as one of a family. */
export interface Lab {
  /** What the shader says of itself: `a matrix product in tiles of 64 x 64`. */
  readonly what: string;
  /** Hold it to the specification over the family's table. */
  readonly check: () => AsyncIterable<CheckedCase>;
  /** Check it on what a training step of a model launches, and time it beside the engine's: on all, however long it takes. */
  readonly beside: (config: RunConfig, bench: Workbench) => AsyncIterable<Beside>;
}
