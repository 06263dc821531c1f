/** When each launch ran, by the device's own clock. */
import type { Device } from '../../gpu/device.js';

/** WebGPU's largest set of queries. */
const MOST_QUERIES = 4096;

/** Timestamps of the launches of one submit, on their way. */
interface Stamped {
  readonly launches: number;
  readonly buffer: GPUBuffer;
}

/** From when to when something ran, in milliseconds. */
export interface Span {
  readonly begin: number;
  readonly end: number;
}

/** Has the device note when launches begin and end. Each submit's notes stay on the device until they are read, all at once. */
export class LaunchClock {
  readonly #device: Device;
  #queries: GPUQuerySet | undefined;
  readonly #stamped: Stamped[] = [];

  constructor(device: Device) {
    this.#device = device;
  }

  /** Can the device tell when so many launches run? */
  canTime(launches: number): boolean {
    return this.#device.has('timestamp-query') && 2 * launches <= MOST_QUERIES;
  }

  /** What the pass of a launch must say to be timed. */
  passOf(index: number): GPUComputePassDescriptor {
    const querySet = this.#querySet();
    const [begin, end] = [2 * index, 2 * index + 1];
    return { timestampWrites: { querySet, beginningOfPassWriteIndex: begin, endOfPassWriteIndex: end } };
  }

  /** So many launches are encoded: keep their times. The next submit may note others in the same place. */
  keep(encoder: GPUCommandEncoder, launches: number): void {
    const size = 2 * launches * BigUint64Array.BYTES_PER_ELEMENT;
    const usage = GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC;
    const buffer = this.#device.gpu.createBuffer({ label: 'timestamps', size, usage });
    encoder.resolveQuerySet(this.#querySet(), 0, 2 * launches, buffer, 0);
    this.#stamped.push({ launches, buffer });
  }

  /** For each submit that was kept, when its launches ran, by the device's clock. Frees what was taken for it. */
  async read(): Promise<Span[][]> {
    const submits: Span[][] = [];
    for (const { launches, buffer } of this.#stamped.splice(0)) {
      const stamps = new BigUint64Array(await this.#device.read(buffer, buffer.size));
      const at = (index: number) => Number(stamps[index] as bigint) / 1e6;
      submits.push(
        Array.from({ length: launches }, (_, index) => ({ begin: at(2 * index), end: at(2 * index + 1) })),
      );
      buffer.destroy();
    }
    this.#queries?.destroy();
    this.#queries = undefined;
    return submits;
  }

  #querySet(): GPUQuerySet {
    this.#queries ??= this.#device.gpu.createQuerySet({ type: 'timestamp', count: MOST_QUERIES });
    return this.#queries;
  }
}
