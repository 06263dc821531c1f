import type { Trial } from '../../experiments/sweep/definition.js';
import type { TrialOutcome } from '../../experiments/sweep/outcome.js';
import { formatSettings } from '../../experiments/sweep/settings.js';
import type { SweepListener } from '../../experiments/sweep/sweep.js';
import type { ClaimLostError } from '../../files/claims/claim.js';
import { describeOwner, type Owner } from '../../files/claims/owner.js';
import { formatSeconds } from './run-text.js';

/** A line for each trial that this process begins, above those of its run. */
export class SweepLog implements Required<SweepListener> {
  readonly #stream: NodeJS.WritableStream;

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
  }

  beginning({ name, settings }: Trial, outcomes: readonly TrialOutcome[]): void {
    const open = outcomes.filter(({ state }) => state === 'open').length;
    const done = outcomes.length - open;
    const left = done > 0 ? `, about ${formatSeconds(open * meanSeconds(outcomes))} of work left` : '';
    this.#print(`\n${name}: ${formatSettings(settings)}  (${done} of ${outcomes.length} done${left})`);
  }

  waiting(others: readonly { readonly trial: Trial; readonly owner: Owner }[]): void {
    const whose = others.map(({ trial, owner }) => `${trial.name} (${describeOwner(owner)})`);
    this.#print(`waiting for ${whose.join(', ')}`);
  }

  lost({ message }: ClaimLostError): void {
    this.#print(`warning: ${message}`);
  }

  #print(line: string): void {
    this.#stream.write(`${line}\n`);
  }
}

/** Mean time of the trials that came to an end. */
function meanSeconds(outcomes: readonly TrialOutcome[]): number {
  const ended = outcomes.filter(({ state }) => state !== 'open');
  return ended.reduce((sum, { seconds }) => sum + seconds, 0) / ended.length;
}
