import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Work, workThrough } from '../../../src/experiments/sweep/work.js';
import { type Claim, ClaimLostError, Claims } from '../../../src/files/claims/claim.js';
import { useDirectory } from '../../support/directory.js';

const directory = useDirectory();
let sweep: string;
beforeEach(() => {
  sweep = mkdtempSync(join(directory.path, 'sweep-'));
});

const STEPS = 3;

/** A sweep whose trials count to three, and remember how far they came. */
class Counting {
  readonly trials: readonly { readonly name: string }[];
  readonly steps = new Map<string, number>();
  readonly #running = new Set<string>();

  constructor(count: number) {
    this.trials = Array.from({ length: count }, (_, index) => ({ name: `trial-${index + 1}` }));
  }

  get taken(): number {
    return [...this.steps.values()].reduce((sum, steps) => sum + steps, 0);
  }

  worker(path: string, signal = new AbortController().signal): Work<{ readonly name: string }> {
    return {
      trials: this.trials,
      claims: new Claims(path),
      isDone: ({ name }) => this.steps.get(name) === STEPS,
      signal,
      interval: 0,
      run: async ({ name }) => {
        expect(this.#running).not.toContain(name);
        this.#running.add(name);
        for (let step = this.steps.get(name) ?? 0; step < STEPS && !signal.aborted; step++) {
          await turn();
          expect(this.steps.get(name) ?? 0).toBe(step);
          this.steps.set(name, step + 1);
        }
        this.#running.delete(name);
      },
    };
  }
}

describe('workers on one sweep', () => {
  it('do every trial once, whoever is stopped in the middle', async () => {
    const plans = fc.record({
      trials: fc.integer({ min: 1, max: 8 }),
      /** After how many turns each worker is stopped; the one behind them goes on to the end. */
      stops: fc.array(fc.nat(20), { maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(plans, async ({ trials, stops }) => {
        const path = mkdtempSync(join(directory.path, 'property-'));
        const sweep = new Counting(trials);
        const stopped = stops.map(async (turns) => {
          const controller = new AbortController();
          const work = workThrough(sweep.worker(path, controller.signal));
          for (let i = 0; i < turns; i++) await turn();
          controller.abort();
          await work;
        });
        await Promise.all([...stopped, workThrough(sweep.worker(path))]);
        expect(sweep.taken).toBe(STEPS * trials);
      }),
      { numRuns: 25 },
    );
  });

  it('share the work, and all wait for the last trial', async () => {
    const counting = new Counting(6);
    let waited = 0;
    const by = new Map<string, number>();
    const workers = [0, 1].map((index) => {
      const worker = counting.worker(sweep);
      return {
        ...worker,
        run: (trial: { readonly name: string }, claim: Claim) => {
          by.set(trial.name, index);
          return worker.run(trial, claim);
        },
        onWaiting: (others: readonly { readonly trial: { readonly name: string } }[]) => {
          waited += others.length;
        },
      };
    });
    await Promise.all(
      workers.map((worker) => workThrough(worker).then(() => expect(counting.taken).toBe(18))),
    );
    expect(new Set(by.values())).toEqual(new Set([0, 1]));
    expect(waited).toBeLessThanOrEqual(1);
  });

  it('let go of a trial that failed, and fail with it', async () => {
    const counting = new Counting(1);
    const broken = { ...counting.worker(sweep), run: () => Promise.reject(new Error('no such data')) };
    await expect(workThrough(broken)).rejects.toThrow('no such data');
    await workThrough(counting.worker(sweep));
    expect(counting.taken).toBe(STEPS);
  });

  it('go on with others when a trial was lost', async () => {
    const counting = new Counting(2);
    const worker = counting.worker(sweep);
    const lost: string[] = [];
    let first = true;
    await workThrough({
      ...worker,
      run: (trial, claim) => {
        if (!first) return worker.run(trial, claim);
        first = false;
        return Promise.reject(new ClaimLostError(trial.name));
      },
      onLost: ({ message }) => lost.push(message),
    });
    expect([lost, counting.taken]).toEqual([['trial-1'], 2 * STEPS]);
  });

  it('stop waiting when they are told to', async () => {
    const counting = new Counting(1);
    const claim = new Claims(sweep).take('trial-1');
    const controller = new AbortController();
    await workThrough({
      ...counting.worker(sweep, controller.signal),
      interval: 1_000_000,
      onWaiting: (others) => {
        expect(others).toMatchObject([{ trial: { name: 'trial-1' }, owner: { pid: process.pid } }]);
        controller.abort();
      },
    });
    expect(counting.taken).toBe(0);
    claim?.release();
  });
});
