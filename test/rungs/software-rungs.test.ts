/** The kernels of products for software drivers over all of the lab's table, in vectors as wide as they need. */
import { it } from 'vitest';
import { useDevice } from '../support/device.js';
import { expectRight, SOFTWARE_RUNGS } from './expect-right.js';

const gpu = useDevice();

it.each(SOFTWARE_RUNGS)('%s', (variant) => expectRight(gpu.device, variant));
