import { encodeCopy } from '../memory/texels.js';
import type { DeviceWatcher } from '../watcher.js';
import type { Dispatch } from './dispatch.js';
import type { HostWork } from './recording.js';

/** Work is handed over in pieces of this many launches, so that the GPU starts while JavaScript still queues more. */
const LAUNCHES_PER_SUBMIT = 128;

/** Holds launches back and submits them together: one command buffer costs about as much as one launch. */
export class LaunchQueue {
  /** Is told of each submit. */
  watcher: DeviceWatcher | undefined;
  readonly #device: GPUDevice;
  #pending: Dispatch[] = [];
  #ahead: GPUCommandBuffer[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Launches that are queued but not yet submitted. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Queue a launch behind those before it; once there are enough, all of them are submitted. */
  add(dispatch: Dispatch): void {
    this.#pending.push(dispatch);
    if (this.#pending.length >= LAUNCHES_PER_SUBMIT) this.flush();
  }

  /**
   * Have this submitted together with the launches that come next, ahead of them. Were it submitted now, the GPU would be done
   * with it, and waiting, while the host still encodes the launches: a clock that it starts would count that too.
   */
  goAhead(commands: GPUCommandBuffer): void {
    this.#ahead.push(commands);
  }

  /** Do all of this, in order. The launches go by one submit, or as many more as the host interrupts with writes. */
  run(work: Iterable<Dispatch | HostWork>): void {
    for (const item of work) {
      if (typeof item === 'function') item();
      else this.#pending.push(item);
    }
    this.flush();
  }

  /** Submit what is queued. It runs in the order in which it was queued; this call does not wait for it. */
  flush(): void {
    if (this.#pending.length === 0 && this.#ahead.length === 0) return;
    const watched = this.watcher?.submitting(this.#pending.map(({ launch }) => launch));
    const encoder = this.#device.createCommandEncoder();
    if (watched?.passOf) {
      for (const [index, dispatch] of this.#pending.entries()) {
        encodePass(encoder, [dispatch], watched.passOf(index));
      }
    } else encodePass(encoder, this.#pending);
    watched?.encoded?.(encoder);
    this.#device.queue.submit([...this.#ahead, encoder.finish()]);
    watched?.submitted();
    this.#pending = [];
    this.#ahead = [];
  }
}

/** One pass, but for copies that launches need, which no pass may have within it: so who times a launch does not time its copies. */
function encodePass(
  encoder: GPUCommandEncoder,
  dispatches: readonly Dispatch[],
  descriptor?: GPUComputePassDescriptor,
): void {
  let pass: GPUComputePassEncoder | undefined;
  for (const { pipeline, bindGroup, launch, copies } of dispatches) {
    if (copies.length > 0) {
      pass?.end();
      pass = undefined;
      for (const copy of copies) encodeCopy(encoder, copy);
    }
    pass ??= encoder.beginComputePass(descriptor);
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(...launch.grid);
  }
  pass?.end();
}
