/** A device with its cases, which are made ready and timed as they are asked for: in this process, or in one of its own. */
import { stopwatch } from '../dist/gpu/stopwatch.js';
import { sampleLength } from '../dist/inspect/timing/sampler.js';
import { casesOf } from './cases.mjs';
import { openDevice } from './device.mjs';
import { limitCases } from './limits/cases.mjs';
import { prepare } from './prepare.mjs';

/**
 * @typedef {object} Made what a seat says of a case that it made ready
 * @property {string[]} kernels what it launches
 * @property {{ flops: number, bytes: number }} cost
 * @property {string} [error] what is wrong with its results; it is not to be timed then
 * @property {number} [first] milliseconds of the launch that compiled its pipelines; left out where they were there
 * @property {number} [repeats] launches in each sample
 * @property {number} used bytes of device memory that all that was made ready takes
 */
export class Seat {
  #device;
  #clock;
  #length;
  #cases;
  #checking;
  #ready = new Map();

  /**
   * @param {{ adapter?: string, precision?: string, force?: string, batch: number, check?: boolean }} options
   *   `check: false`: not over odd shapes
   * @returns {Promise<Seat>}
   */
  static async open({ adapter, precision, force, batch, check = true }) {
    const device = await openDevice(adapter, precision, force);
    const length = await sampleLength(device);
    const cases = [...limitCases(device), ...casesOf(device, { batch })];
    if (!check) return new Seat(device, length, cases);
    // On a device of its own, so that it compiles nothing for those who are timed; loaded late, because the engine of another
    // checkout may not have what this takes.
    const { OddShapes } = await import('./odd/odd-shapes.mjs');
    const checking = await openDevice(adapter, precision);
    return new Seat(device, length, cases, { odd: new OddShapes(checking), close: () => checking.destroy() });
  }

  constructor(device, length, cases, checking) {
    this.#device = device;
    this.#clock = stopwatch(device);
    this.#length = length;
    this.#cases = new Map(cases.map((one) => [one.name, one]));
    this.#checking = checking;
  }

  /** What is measured, and how. */
  about() {
    const { adapter, precision } = this.#device;
    return { adapter, precision, clock: this.#clock.name, sampleMs: this.#length };
  }

  /** All cases, and what computes the same as others. */
  cases() {
    return [...this.#cases.values()].map(({ name, work }) => ({ name, work }));
  }

  /**
   * Check a case, and make it ready.
   * @returns {Promise<Made>}
   */
  async prepare(name) {
    const wanted = this.#cases.get(name);
    const made = await prepare(this.#device, this.#clock, wanted, this.#length);
    const { launches, cost, first, compiled, repeats } = made;
    const error = made.error ?? (await this.#checking?.odd.errorOf(wanted, launches));
    if (error) made.dispose();
    else this.#ready.set(name, made);
    const kernels = launches.map(({ label }) => label);
    return {
      kernels,
      cost,
      error,
      first: compiled ? first : undefined,
      repeats,
      used: this.#device.memory.used,
    };
  }

  /** Milliseconds of one launch of a case that is ready. */
  sample(name) {
    return this.#ready.get(name).sample();
  }

  /** Give a case's memory back. */
  release(name) {
    this.#ready.get(name)?.dispose();
    this.#ready.delete(name);
    this.#device.trim();
  }

  /** Microseconds of the processors that this process has had. */
  processors() {
    const { user, system } = process.cpuUsage();
    return user + system;
  }

  close() {
    this.#checking?.close();
    this.#device.destroy();
  }
}
