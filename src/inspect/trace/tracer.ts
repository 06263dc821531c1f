/** Watches a device, and remembers what the host did with it, what the device did, and when. */
import type { Device } from '../../gpu/device.js';
import type { Launch } from '../../gpu/program/launch.js';
import type { DeviceWatcher, WatchedSubmit } from '../../gpu/watcher.js';
import { LaunchClock, type Span } from './launch-clock.js';

/** Bytes on their way, to the device or back. */
export interface Transfer extends Span {
  readonly bytes: number;
}

/** Launches that were submitted together. */
export interface Submit extends Span {
  readonly launches: readonly Launch[];
  /** When each of them ran; where the device has no timestamps, when all of them did. */
  readonly ran: readonly Span[];
}

/** Milliseconds by the host's clock, `performance.now()`. */
export interface Traced {
  readonly uploads: readonly Transfer[];
  readonly submits: readonly Submit[];
  readonly readBacks: readonly Transfer[];
}

/** A submit whose launches' times are not known yet. */
interface Pending extends Span {
  readonly launches: readonly Launch[];
  readonly timed: boolean;
  /** When the device was done with it, by the host's clock. */
  readonly done: Promise<number>;
}

/** What happens on the device while `work` goes on. */
export async function traceDevice(device: Device, work: () => Promise<void>): Promise<Traced> {
  const uploads: Transfer[] = [];
  const readBacks: Transfer[] = [];
  const pending: Pending[] = [];
  const clock = new LaunchClock(device);
  await device.synchronize();
  device.watch(watcherInto(device, clock, { uploads, readBacks, pending }));
  try {
    await work();
    await device.synchronize();
  } finally {
    device.watch(undefined);
  }
  return { uploads, readBacks, submits: await withTimes(pending, await clock.read()) };
}

function watcherInto(
  { gpu }: Device,
  clock: LaunchClock,
  lists: { uploads: Transfer[]; readBacks: Transfer[]; pending: Pending[] },
): DeviceWatcher {
  const transfer = (list: Transfer[]) => (bytes: number) => {
    const begin = performance.now();
    return () => void list.push({ bytes, begin, end: performance.now() });
  };
  return {
    uploading: transfer(lists.uploads),
    reading: transfer(lists.readBacks),
    submitting(launches): WatchedSubmit {
      const begin = performance.now();
      const timed = clock.canTime(launches.length);
      return {
        ...(timed && {
          passOf: (index) => clock.passOf(index),
          encoded: (encoder) => clock.keep(encoder, launches.length),
        }),
        submitted() {
          const end = performance.now();
          const done = gpu.queue.onSubmittedWorkDone().then(() => performance.now());
          lists.pending.push({ launches, begin, end, timed, done });
        },
      };
    },
  };
}

/** @param times of the submits that were timed, in order, by the device's clock */
async function withTimes(
  pending: readonly Pending[],
  times: readonly (readonly Span[])[],
): Promise<Submit[]> {
  const left = [...times];
  const submits: Submit[] = [];
  for (const { timed, done, ...submit } of pending) {
    const before = submits.at(-1)?.ran.at(-1)?.end ?? 0;
    const ran = timed ? left.shift() : [{ begin: Math.max(submit.end, before), end: await done }];
    submits.push({ ...submit, ran: ran ?? [] });
  }
  const ahead = clockAhead(pending, times);
  return submits.map((submit, index) =>
    pending[index]?.timed
      ? { ...submit, ran: submit.ran.map(({ begin, end }) => ({ begin: begin - ahead, end: end - ahead })) }
      : submit,
  );
}

/**
 * By how much the device's clock is ahead of the host's. No launch begins before it was submitted; the one that comes closest, which
 * an idle device was waiting for, began at once.
 */
function clockAhead(pending: readonly Pending[], times: readonly (readonly Span[])[]): number {
  const timed = pending.filter(({ timed }) => timed);
  const differences = timed.map(
    ({ end }, index) => (times[index]?.[0]?.begin ?? Number.POSITIVE_INFINITY) - end,
  );
  return Math.min(...differences);
}
