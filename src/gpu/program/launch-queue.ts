import type { Dispatch } from './dispatch.js';
import type { HostWork } from './recording.js';

/** Work is handed over in pieces of this many launches, so that the GPU starts while JavaScript still queues more. */
const LAUNCHES_PER_SUBMIT = 128;

/** Holds launches back and submits them together: one command buffer costs about as much as one launch. */
export class LaunchQueue {
  readonly #device: GPUDevice;
  #pending: Dispatch[] = [];

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
    if (this.#pending.length === 0) return;
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const { pipeline, bindGroup, grid } of this.#pending) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(...grid);
    }
    pass.end();
    this.#pending = [];
    this.#device.queue.submit([encoder.finish()]);
  }
}
