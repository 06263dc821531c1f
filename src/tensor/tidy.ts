import { checkArgument } from '../errors/check-options.js';
import { synchronous } from '../errors/rules.js';
import { checkDevice } from '../gpu/check-device.js';
import type { Device } from '../gpu/device.js';
import { checkTensor } from './check.js';
import { Tensor } from './tensor.js';

/** Tensors inside a value: itself, or those in its arrays and plain objects. */
function* tensorsIn(value: unknown): Generator<Tensor> {
  if (value instanceof Tensor) yield value;
  else if (Array.isArray(value)) for (const item of value) yield* tensorsIn(item);
  else if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    yield* tensorsIn(Object.values(value));
  }
}

/**
 * Run `work` and dispose of every tensor made in it, except those in its result and those passed to `keep`. Wrap each
 * training step in one: memory then stays level, because each step reuses the buffers of the one before.
 *
 * It may return a promise, such as that of `loss.item()`, but not await one: what an async function makes after its first
 * `await` would be nobody's to dispose of.
 * @throws ArgumentError when `work` is async; nothing of it has run then
 */
export function tidy<T>(device: Device, work: () => T): T {
  checkDevice('tidy', device);
  checkArgument('tidy', 'work', work, synchronous);
  return device.scopes.run(work, tensorsIn);
}

/** Let a tensor outlive the `tidy` it was made in. */
export function keep(tensor: Tensor): Tensor {
  checkTensor('keep', 'tensor', tensor);
  tensor.device.scopes.keep(tensor);
  return tensor;
}
