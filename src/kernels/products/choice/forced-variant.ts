/** A variant that a person wants all products of a device to be computed by, as far as it can. */
import { ArgumentError } from '../../../errors/errors.js';
import type { Device } from '../../../gpu/device.js';
import { PerDevice } from '../../../gpu/device-state.js';
import { allows } from '../../../gpu/precision.js';
import { LADDER, type MatmulVariant, VARIANTS } from '../ladder/ladder.js';
import type { Rung } from '../ladder/rung.js';

const forced = new PerDevice<MatmulVariant | undefined>(() => undefined);

/** The variant that comes before all that was measured, if somebody wants that. */
export const forcedVariant = (device: Device): MatmulVariant | undefined => forced.of(device);

/** Is a variant there to be read and compared with? It takes many times as long as the engine's choice, so only force has it taken. */
export const isForReading = (name: string): boolean =>
  Object.hasOwn(LADDER, name) && (LADDER[name as MatmulVariant] as Rung).forReading === true;

/**
 * Compute the products of this device by one variant, wherever it accepts them, one for readers too; others take what they would have
 * taken. To be called before anything is recorded.
 * @throws ArgumentError when there is no such variant, or it rounds operands more than the device's precision allows
 */
export function forceVariant(device: Device, name: string): void {
  if (!Object.hasOwn(LADDER, name)) {
    throw new ArgumentError('forceVariant', 'variant', `is "${name}"`, `there are ${VARIANTS.join(', ')}`);
  }
  const variant = name as MatmulVariant;
  const { precision = 'highest' }: Rung = LADDER[variant];
  if (!allows(device.precision, precision)) {
    throw new ArgumentError(
      'forceVariant',
      'variant',
      `is "${name}", which rounds operands`,
      `it takes a device of precision ${precision}, and this one is of ${device.precision}`,
    );
  }
  forced.set(device, variant);
}
