/** When each launch ran, by the device's own clock. */
import type { Device } from '../../gpu/device.js';

/** WebGPU's largest set of queries. */
const MOST_QUERIES = 4096;

/** From when to when something lasted, in milliseconds. */
export interface Span {
  readonly begin: number;
  readonly end: number;
}

/** When the launches of one submit ran: notes that lie on the device until they are read. */
export interface Stamps {
  /** By the device's clock, which begins somewhere. */
  read(): Promise<Span[]>;
}

/** Has the device note when launches begin and end. */
export class LaunchClock {
  readonly #device: Device;
  readonly #queries: GPUQuerySet | undefined;

  constructor(device: Device) {
    this.#device = device;
    if (!device.has('timestamp-query')) return;
    this.#queries = device.gpu.createQuerySet({ type: 'timestamp', count: MOST_QUERIES });
  }

  /** Can the device tell when this many launches run? */
  canTime(launches: number): boolean {
    return this.#queries !== undefined && 2 * launches <= MOST_QUERIES;
  }

  /** What the pass of a launch must say to be timed. */
  passOf(index: number): GPUComputePassDescriptor {
    const querySet = this.#queries as GPUQuerySet;
    const [begin, end] = [2 * index, 2 * index + 1];
    return { timestampWrites: { querySet, beginningOfPassWriteIndex: begin, endOfPassWriteIndex: end } };
  }

  /** Keep the times of the launches that were just encoded: the next submit notes others in their place. */
  keep(encoder: GPUCommandEncoder, launches: number): Stamps {
    const count = 2 * launches;
    const size = count * BigUint64Array.BYTES_PER_ELEMENT;
    const usage = GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC;
    const buffer = this.#device.gpu.createBuffer({ label: 'timestamps', size, usage });
    encoder.resolveQuerySet(this.#queries as GPUQuerySet, 0, count, buffer, 0);
    return {
      read: async () => {
        const stamps = Array.from(new BigUint64Array(await this.#device.read(buffer, size)), Number);
        buffer.destroy();
        const at = (index: number) => (stamps[index] as number) / 1e6;
        return Array.from({ length: launches }, (_, index) => ({
          begin: at(2 * index),
          end: at(2 * index + 1),
        }));
      },
    };
  }

  destroy(): void {
    this.#queries?.destroy();
  }
}
