/**
 * The lab: a user's shader, which lies anywhere, is held to its family's specification over a table of shapes, and timed beside what
 * the engine takes on what a model launches. `dawngrad lab` prints it.
 */
import type { Device } from '../../gpu/device.js';
import { stopwatch } from '../../gpu/stopwatch.js';
import { measureLimits } from '../limits.js';
import { sampleLength } from '../timing/sampler.js';
import type { Workbench } from './beside.js';
import { FAMILIES } from './families.js';
import { kernelLab } from './kernel-lab.js';
import type { Lab } from './lab.js';
import { productLab } from './product-lab.js';
import { familyNamed, MATMUL } from './starting-point.js';
import { readUsersShader } from './users-shader.js';

/**
 * Take a shader to the lab.
 * @param path of a WGSL file, anywhere
 * @param family a name that `FAMILY_NAMES` lists
 * @throws FileError when there is no such file; DawngradError when there is no such family, or the shader cannot be launched as one
 *   of it
 */
export function openLab(device: Device, path: string, family: string): Lab {
  const { room } = familyNamed(family);
  const shader = readUsersShader(path, room);
  return family === MATMUL ? productLab(device, shader) : kernelLab(device, shader, FAMILIES[family]!);
}

/**
 * Find out what times are to be held against.
 * @param seconds to time each of two kernels, at the least
 */
export const openWorkbench = async (device: Device, seconds = 0.3): Promise<Workbench> => ({
  device,
  clock: stopwatch(device),
  limits: await measureLimits(device),
  length: await sampleLength(device),
  patience: 1000 * seconds,
});
