/** One kernel launch: everything the GPU needs, nothing it does not. */
export interface Dispatch {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  /** Workgroups along x, y and z. */
  readonly grid: readonly [number, number, number];
}

/** Work is handed over in pieces of this many launches, so that the GPU starts while JavaScript still records. */
const LAUNCHES_PER_SUBMIT = 128;

/** Collects dispatches in order and submits them together: one command buffer costs about as much as one dispatch. */
export class Recorder {
  readonly #device: GPUDevice;
  #pending: Dispatch[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  get pending(): number {
    return this.#pending.length;
  }

  add(dispatch: Dispatch): void {
    this.#pending.push(dispatch);
    if (this.#pending.length >= LAUNCHES_PER_SUBMIT) this.flush();
  }

  /** Submit what has been recorded. It runs in the order of recording; this call does not wait for it. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const dispatches = this.#pending;
    this.#pending = [];
    this.submit(dispatches);
  }

  /** Submit these dispatches, after all that was submitted before. */
  submit(dispatches: readonly Dispatch[]): void {
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const { pipeline, bindGroup, grid } of dispatches) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(...grid);
    }
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
  }
}
