/**
 * One case, every engine: prepare and warm up each, then time them in turn, A B C A B C, so that whatever else the machine does
 * meanwhile is shared out evenly; then check that they computed the same.
 */
import { sampleDifference } from './sample.mjs';

/** Largest difference of a loss from ours, and of a kernel's values from ours, relative. */
export const TOLERANCE = 1e-3;

/** The same where operands of products are rounded to halves: they are off by up to 2^-11, and so are sums of them by chance. */
export const ROUNDING_TOLERANCE = 1e-2;

/** A kernel runs several times within one timing, until it takes about this long, so that waiting for it costs little. */
const KERNEL_MS = 100;
const MOST_RUNS = 8;

/**
 * @typedef {object} Measured of one engine
 * @property {number} first milliseconds of the first run, with compilation
 * @property {number[]} times milliseconds of each later one
 * @property {number[]} losses of every run, the first included
 * @property {number[] | null} sample of a kernel's result
 * @property {string} [failed] why, if it did; the rest is then of no use
 *
 * @param {import('./cases.mjs').Case} wanted
 * @param {string} file with its arrays
 * @param {import('./protocol.mjs').Peer[]} peers
 * @param {{ rounds: number, progress: (text: string) => void }} options `progress` is told what goes on
 * @returns {Promise<Map<string, Measured>>}
 */
export async function measure(wanted, file, peers, { rounds, progress }) {
  const measured = new Map(
    peers.map(({ name }) => [name, { first: Number.NaN, times: [], losses: [], sample: null, perTiming: 1 }]),
  );
  /** Do something with each engine that has not failed yet, one after another. */
  const each = async (what, work) => {
    for (const peer of peers) {
      const record = measured.get(peer.name);
      if (record.failed) continue;
      progress(`${wanted.name}: ${peer.name}, ${what}`);
      try {
        await work(peer, record);
      } catch (error) {
        record.failed = error.message;
        // A device that failed may stay broken: the next case gets a new process.
        peer.stop();
      }
    }
  };
  const isStep = wanted.net !== undefined;

  await each('warming up', async (peer, record) => {
    await peer.ask({ do: 'prepare', case: wanted, file });
    const { ms, loss } = await peer.ask({ do: 'run', times: 1 });
    record.first = ms;
    record.losses.push(loss);
    if (isStep) return;
    const second = await peer.ask({ do: 'run', times: 1 });
    record.perTiming = Math.min(MOST_RUNS, Math.max(1, Math.round(KERNEL_MS / second.ms)));
  });
  for (let round = 1; round <= rounds; round++) {
    await each(`round ${round} of ${rounds}`, async (peer, record) => {
      const { ms, loss } = await peer.ask({ do: 'run', times: record.perTiming });
      record.times.push(ms);
      record.losses.push(loss);
    });
  }
  if (!isStep) {
    await each('reading the result', async (peer, record) => {
      record.sample = (await peer.ask({ do: 'sample' })).sample;
    });
  }
  for (const peer of peers) if (peer.alive) await peer.ask({ do: 'release' }).catch(() => {});
  return measured;
}

/**
 * Largest relative difference of what an engine computed from what ours did: the losses of all steps, each of which depends on
 * the updates before it, or the kernel's result.
 */
export function difference({ losses, sample }, ours) {
  if (ours.sample) return sampleDifference(sample, ours.sample);
  return Math.max(...ours.losses.map((loss, index) => Math.abs(losses[index] - loss) / Math.abs(loss)));
}
