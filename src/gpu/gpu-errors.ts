/** What can go wrong with a GPU, and how Dawn's reports become errors of ours. */
import { DawngradError, OpError } from '../errors/errors.js';
import { describeWgslProblem, placeOf, ShaderError, wgslProblemIn } from './shaders/shader-error.js';
import { isUsers, nameOfShader } from './shaders/shader-files.js';

/** No adapter that can run the kernels was found. */
export class AdapterError extends DawngradError {
  override name = 'AdapterError';
}

/** A piece of work exceeds what this device can do; found before anything reaches the GPU. */
export class LimitError extends OpError {
  override name = 'LimitError';

  /** The op is kept: it is the kernel or the tensor that was too large, of which a layer may have several. */
  override toldBy(who: string): LimitError {
    return new LimitError(who, this.message, { cause: this });
  }
}

/** WebGPU refused a command. Validation happens in JavaScript first, so one of these is a bug of dawngrad. */
export class GpuValidationError extends DawngradError {
  override name = 'GpuValidationError';
}

/** The device has no memory left for a buffer. */
export class OutOfMemoryError extends DawngradError {
  override name = 'OutOfMemoryError';
}

/** The device is gone: destroyed, reset by the driver, or unplugged. Nothing on it can be used any more. */
export class DeviceLostError extends DawngradError {
  override name = 'DeviceLostError';

  /** @param destroyed by `device.destroy()`: nobody needs to be told, and no other device would do */
  constructor(
    message: string,
    readonly destroyed: boolean,
  ) {
    super(message);
  }
}

/** Dawn quotes labels in its messages. Pipelines and bind groups are labelled with their op; the others say less. */
const LABELLED = ['ComputePipeline', 'BindGroup', 'ShaderModule', 'Buffer'] as const;

function opNamedIn(message: string): string {
  for (const kind of LABELLED) {
    // As in [BindGroup "relu"], [Invalid BindGroup "relu"] and [BindGroupDescriptor ""relu""].
    const label = new RegExp(`\\[(?:Invalid )?${kind}(?:Descriptor)? "+([^"]+)"`).exec(message);
    if (label) return `"${label[1]}"`;
  }
  return 'a command';
}

/** Turn what Dawn reports outside any error scope into one of ours, with the op's name in front. */
export function fromGpuError(error: GPUError): DawngradError {
  const detail = error.message.trim().replace(/\s*\n\s*/g, ' ');
  const op = opNamedIn(error.message);
  if (error instanceof GPUOutOfMemoryError) {
    return new OutOfMemoryError(`${op}: the device is out of memory. Use a smaller batch. (${detail})`);
  }
  const wgsl = wgslProblemIn(error.message);
  if (wgsl && isUsers(wgsl.shader)) return new ShaderError(describeWgslProblem(wgsl));
  const [users] = /file:[^\s"]+/.exec(detail) ?? [];
  if (users) return new ShaderError(`${nameOfShader(users)}: WebGPU refused it (${detail})`);
  const where = wgsl ? `${placeOf(wgsl)}: ${wgsl.problem}; ` : '';
  return new GpuValidationError(
    `${op}: WebGPU refused it; this is a bug in dawngrad, please report it. (${where}${detail})`,
  );
}
