/** A process's share of a sweep: one open trial after the other, until all are done. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Claim, ClaimLostError, type Claims } from '../../files/claims/claim.js';
import type { Owner } from '../../files/claims/owner.js';

export interface Work<Trial extends { readonly name: string }> {
  readonly trials: readonly Trial[];
  readonly claims: Pick<Claims, 'take' | 'owner'>;
  /** Has a process come to the end of it? True before its claim is released. */
  readonly isDone: (trial: Trial) => boolean;
  /** Does all of it, going on where an earlier process stopped; or, once the signal aborts, a part. */
  readonly run: (trial: Trial, claim: Claim) => Promise<void>;
  readonly signal: AbortSignal;
  /** Nothing is left but what others have: it is waited for, since theirs may be the next to be taken over. */
  readonly onWaiting?: (others: readonly { readonly trial: Trial; readonly owner: Owner }[]) => void;
  /** Another took the trial over while this process stood still. */
  readonly onLost?: (error: ClaimLostError) => void;
  /** Milliseconds after which to look again while waiting. */
  readonly interval?: number;
}

/**
 * Returns when all trials are done, or the signal aborts.
 * @throws what `run` throws; its trial can be claimed again
 */
export async function workThrough<Trial extends { readonly name: string }>(work: Work<Trial>): Promise<void> {
  const { trials, claims, isDone, signal, interval = 2000 } = work;
  let waiting = false;
  while (!signal.aborted) {
    const open = trials.filter((trial) => !isDone(trial));
    if (open.length === 0) return;
    let worked = false;
    for (const trial of open) {
      if (signal.aborted) return;
      worked = (await tryTrial(trial, work)) || worked;
    }
    if (worked) {
      waiting = false;
      continue;
    }
    if (!waiting) {
      const others = open.flatMap((trial) => {
        const owner = claims.owner(trial.name);
        return owner ? [{ trial, owner }] : [];
      });
      work.onWaiting?.(others);
      waiting = true;
    }
    await sleep(interval, undefined, { signal }).catch(() => {});
  }
}

/**
 * Work on a trial unless another process does.
 * @returns whether it was this process's to work on
 */
async function tryTrial<Trial extends { readonly name: string }>(
  trial: Trial,
  { claims, isDone, run, onLost }: Work<Trial>,
): Promise<boolean> {
  if (isDone(trial)) return false;
  const claim = claims.take(trial.name);
  if (!claim) return false;
  try {
    // Its last owner may have come to the end of it between our question and our claim.
    if (!isDone(trial)) await run(trial, claim);
  } catch (error) {
    if (!(error instanceof ClaimLostError)) throw error;
    onLost?.(error);
  } finally {
    claim.release();
  }
  return true;
}
