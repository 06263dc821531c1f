/** How busy others keep this machine meanwhile: what the bench itself takes does not count, before or now. */
import { cpus } from 'node:os';

/** Milliseconds that all processors together were busy since the machine started; 0 where the system does not say. */
const busy = () =>
  cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);

/** Others that keep less than this many processors busy are not worth a word. */
const NOTICED = 0.2;

export class Others {
  #own;
  #at;

  /** @param {() => Promise<number>} own microseconds of processors that the bench has had, in all of its processes */
  static async watch(own) {
    const others = new Others(own);
    others.#at = await others.#now();
    return others;
  }

  constructor(own) {
    this.#own = own;
  }

  async #now() {
    return { wall: performance.now(), busy: busy(), own: (await this.#own()) / 1000 };
  }

  /** Processors that others kept busy since the beginning, on average; undefined where nobody knows. */
  async processors() {
    const [before, now] = [this.#at, await this.#now()];
    if (now.busy === before.busy) return undefined;
    const others = now.busy - before.busy - (now.own - before.own);
    return Math.max(0, others / (now.wall - before.wall));
  }
}

/** What to tell people about it, if anything. */
export const othersNote = (processors) =>
  processors > NOTICED
    ? `others kept ${processors.toFixed(1)} of ${cpus().length} processors busy meanwhile: times are too long; ratios of what was ` +
      'timed in turns are not'
    : undefined;
