/** How exactly matrix products may be computed, from the most exact down: the list is the engine's own. */
import { PRECISIONS, renamed } from '../dist/gpu/precision.js';

export { PRECISIONS };

/** A precision by the name that somebody gave it, which may be an old one. */
export const precisionNamed = renamed;

/** What a device has that was not asked for another. */
export const [EXACT] = PRECISIONS;
