import { ArgumentError } from '../errors/errors.js';
import { LimitError } from './gpu-errors.js';

/** The limits that kernels and buffers of this engine run into. */
const NAMES = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
] as const;

/**
 * What to require of the device: of these, all that the adapter has, unless the caller wants less. WebGPU gives only its guaranteed
 * minimum to those who ask for nothing, so `'minimum'` is to ask for nothing; nobody gets less than it.
 * @throws ArgumentError when a wanted limit has no such name or is not a whole number, LimitError when the adapter has less
 */
export function requiredLimits(
  offered: GPUSupportedLimits,
  wanted: 'minimum' | Readonly<Record<string, number>> = {},
): Record<string, number> {
  if (wanted === 'minimum') return {};
  const limits: Record<string, number> = Object.fromEntries(NAMES.map((name) => [name, offered[name]]));
  for (const [name, value] of Object.entries(wanted)) {
    const most: unknown = offered[name as (typeof NAMES)[number]];
    if (typeof most !== 'number') {
      throw new ArgumentError(
        'creating a device',
        `limits.${name}`,
        'is unknown',
        `WebGPU has no limit called "${name}"`,
      );
    }
    if (!Number.isInteger(value) || value < 0) {
      throw new ArgumentError(
        'creating a device',
        `limits.${name}`,
        `is ${value}`,
        'it must be a whole number, 0 or more',
      );
    }
    if (value > most) {
      throw new LimitError('creating a device', `${name} ${value} asked for, the adapter offers ${most}`);
    }
    limits[name] = value;
  }
  return limits;
}
