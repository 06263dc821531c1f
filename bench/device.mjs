/** The device that is measured. */
import { Device } from '../dist/gpu/device.js';
import { forceVariant } from '../dist/kernels/products/choice/forced-variant.js';

/** Drivers keep compiled shaders on disk; without that, compile times are those of a driver that never saw the shader. */
const NO_SHADER_CACHE = { MESA_SHADER_CACHE_DISABLE: 'true', __GL_SHADER_DISK_CACHE: '0' };

/**
 * @param {string} [adapter] a substring of the adapter's name; by default the best there is
 * @param {import('../dist/gpu/precision.js').Precision} [precision] what matrix products may round their operands to
 * @param {string} [force] the variant to compute them by, wherever it can
 * @returns {Promise<Device>}
 */
export async function openDevice(adapter, precision = 'highest', force = undefined) {
  for (const [name, value] of Object.entries(NO_SHADER_CACHE)) process.env[name] ??= value;
  const device = await Device.create({ ...(adapter && { adapter }), precision });
  if (force !== undefined) forceVariant(device, force);
  return device;
}
