/** The device that is measured. */
import { Device } from '../dist/gpu/device.js';

/** Drivers keep compiled shaders on disk; without that, compile times are those of a driver that never saw the shader. */
const NO_SHADER_CACHE = { MESA_SHADER_CACHE_DISABLE: 'true', __GL_SHADER_DISK_CACHE: '0' };

/**
 * @param {string} [adapter] a substring of the adapter's name; by default the best there is
 * @param {import('../dist/gpu/precision.js').Precision} [precision] what matrix products may round their operands to
 * @returns {Promise<Device>}
 */
export function openDevice(adapter, precision = 'highest') {
  for (const [name, value] of Object.entries(NO_SHADER_CACHE)) process.env[name] ??= value;
  return Device.create({ ...(adapter && { adapter }), precision });
}
