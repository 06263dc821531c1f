/** Watches a device, and remembers what the host did with it, what the device did, and when. */
import type { Device } from '../../gpu/device.js';
import type { Launch } from '../../gpu/program/launch.js';
import type { WatchedSubmit } from '../../gpu/watcher.js';
import { LaunchClock, type Span, type Stamps } from './launch-clock.js';

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

/** A submit of which it is not known yet when its launches ran. */
interface Pending extends Span {
  readonly launches: readonly Launch[];
  /** That, where the device notes it. */
  readonly stamps: Stamps | undefined;
  /** Else when the device was done with all of them, by the host's clock. */
  readonly done: Promise<number> | undefined;
}

/** What happens on the device while `work` goes on. */
export async function traceDevice(device: Device, work: () => Promise<void>): Promise<Traced> {
  const uploads: Transfer[] = [];
  const readBacks: Transfer[] = [];
  const pending: Pending[] = [];
  const clock = new LaunchClock(device);
  await device.synchronize();
  device.watch({
    uploading: transferInto(uploads),
    reading: transferInto(readBacks),
    submitting: submitInto(pending, device, clock),
  });
  try {
    await work();
    await device.synchronize();
  } finally {
    device.watch(undefined);
  }
  const submits = await withTimes(pending);
  clock.destroy();
  return { uploads, readBacks, submits };
}

const transferInto = (list: Transfer[]) => (bytes: number) => {
  const begin = performance.now();
  return () => void list.push({ bytes, begin, end: performance.now() });
};

const submitInto =
  (list: Pending[], { gpu }: Device, clock: LaunchClock) =>
  (launches: readonly Launch[]): WatchedSubmit => {
    const begin = performance.now();
    let stamps: Stamps | undefined;
    const timing: Pick<WatchedSubmit, 'passOf' | 'encoded'> = {
      passOf: (index) => clock.passOf(index),
      encoded(encoder) {
        stamps = clock.keep(encoder, launches.length);
      },
    };
    return {
      ...(clock.canTime(launches.length) && timing),
      submitted() {
        const end = performance.now();
        const done = stamps ? undefined : gpu.queue.onSubmittedWorkDone().then(() => performance.now());
        list.push({ launches, begin, end, stamps, done });
      },
    };
  };

/** Submits with when their launches ran, by the host's clock. */
async function withTimes(pending: readonly Pending[]): Promise<Submit[]> {
  const stamped = await Promise.all(pending.map(({ stamps }) => stamps?.read()));
  // No launch begins before it was submitted, and the first, which an idle device was waiting for, began at once.
  const ahead = Math.min(
    ...pending.map(({ end }, index) => (stamped[index]?.[0]?.begin ?? Number.POSITIVE_INFINITY) - end),
  );
  const byHost = ({ begin, end }: Span): Span => ({ begin: begin - ahead, end: end - ahead });
  return Promise.all(
    pending.map(async ({ launches, begin, end, done }, index) => {
      const ran = stamped[index]?.map(byHost) ?? [{ begin: end, end: (await done) as number }];
      return { launches, begin, end, ran };
    }),
  );
}
