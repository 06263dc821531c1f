import { checkArgument } from '../errors/check-options.js';
import { instance } from '../errors/rules.js';
import { Device } from './device.js';

/** What must be a device. */
export const deviceRule = instance(Device, ' (await Device.create() opens one)');

/**
 * Refuse what is not a device.
 * @throws ArgumentError
 */
export const checkDevice = (who: string, device: Device): void =>
  checkArgument(who, 'device', device, deviceRule);
