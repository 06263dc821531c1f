/**
 * Who works on what, where several processes, on one machine or several, share a directory: who trains the run in it, or the
 * runs that experiments have in common. A piece of such work is a task, and has a name.
 *
 * A claim is a file `claims/<task>.<generation>.claim` with its owner's name, made exclusively, so that of all who want
 * generation n one gets it. It is never removed, nor its name used again. The claim with the highest generation is the
 * one that counts, and the task may be claimed by making the next one when that claim
 *
 * - does not exist: nobody has worked on the task yet; or
 * - is released: `<task>.<generation>.released` lies beside it, which its owner makes when it stops, for whatever reason; or
 * - belongs to a process of this machine that is no more; or
 * - has expired: its owner sets its time of modification at least every `heartbeat`, and `expiry` has passed since.
 *
 * Where the file system has no hard links a claim is for a moment empty or half-written, and stays so if its owner dies then.
 * Such a claim has an owner nobody knows, and can only expire.
 *
 * An owner that may have slept (a stopped process, a closed laptop) is fenced off. Before a step's work counts it confirms its
 * claim; where its last sign of life is older than half of `expiry` it trusts that no more, and makes the next generation
 * itself. If another has, the task is lost to it, and it leaves the directory alone.
 *
 * The machines' clocks must agree to within half of `expiry`, and their file system must create files exclusively, see `createFile`.
 * Not `proper-lockfile` 4.1: its lock names no owner, outlives a killed process until it expires, and two may then hold it at once.
 */
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { DawngradError, FileError } from '../../errors/errors.js';
import { atExit } from '../at-exit.js';
import { makeDirectory } from '../directory.js';
import { explainSystemError } from '../system-error.js';
import { createFile, removeLeftovers } from '../write-file.js';
import { hasEnded, type Owner, readOwner, thisProcess } from './owner.js';

/** How long a claim holds without a sign of life, in milliseconds. */
export interface Lease {
  /** Longest time between two signs of life. */
  readonly heartbeat: number;
  /** Time without a sign of life after which others may take the task over. */
  readonly expiry: number;
}

/** Compiling shaders for a software driver may keep a process from giving a sign of life for a minute or two. */
const LEASE: Lease = { heartbeat: 10_000, expiry: 600_000 };

/** The directory of claims within the one that is shared. */
export const CLAIMS = 'claims';

/** What a claim of this process says. */
const OWN_NAME = `${JSON.stringify(thisProcess)}\n`;

/** Thrown where a process would work on with a task that another has taken over. */
export class ClaimLostError extends DawngradError {
  override name = 'ClaimLostError';
}

/** The claims of all processes that share a directory. */
export class Claims {
  readonly #directory: string;
  readonly #lease: Lease;

  /** @param shared the directory that the processes share */
  constructor(shared: string, lease = LEASE) {
    this.#directory = join(shared, CLAIMS);
    this.#lease = lease;
  }

  /**
   * Claim a task for this process; undefined where another has it. Whoever gets it looks first whether it is done by now.
   * @param what the task is called in errors
   * @throws FileError when the claims' own directory cannot be made in the one that is shared
   */
  take(task: string, what = task): Claim | undefined {
    makeDirectory(this.#directory);
    removeLeftovers(this.#directory, this.#lease.expiry);
    const last = this.#lastGeneration(task);
    if (this.#ownerOf(task, last)) return undefined;
    const file = (generation: number) => this.#file(task, generation, 'claim');
    if (!createFile(file(last + 1), OWN_NAME)) return undefined;
    const release = (generation: number) => void createFile(this.#file(task, generation, 'released'), '');
    return new Claim(what, last + 1, { file, release, lease: this.#lease });
  }

  /** Who has a task now; undefined when it may be claimed. Nothing is written to find that out. */
  owner(task: string): Owner | undefined {
    return this.#ownerOf(task, this.#lastGeneration(task));
  }

  #ownerOf(task: string, generation: number): Owner | undefined {
    if (generation === 0 || existsSync(this.#file(task, generation, 'released'))) return undefined;
    const file = this.#file(task, generation, 'claim');
    const owner = readOwner(file);
    if (owner !== 'unknown' && hasEnded(owner)) return undefined;
    return Date.now() - statSync(file).mtimeMs < this.#lease.expiry ? owner : undefined;
  }

  /** 0 for none. */
  #lastGeneration(task: string): number {
    if (!existsSync(this.#directory)) return 0;
    const generations = readdirSync(this.#directory).map((name) => {
      const [, of, generation] = /^(.+)\.(\d+)\.claim$/.exec(name) ?? [];
      return of === task ? Number(generation) : 0;
    });
    return Math.max(0, ...generations);
  }

  #file(task: string, generation: number, kind: 'claim' | 'released'): string {
    return join(this.#directory, `${task}.${generation}.${kind}`);
  }
}

interface ClaimOptions {
  readonly file: (generation: number) => string;
  readonly release: (generation: number) => void;
  readonly lease: Lease;
}

/** The right of this process to work on a task, until it releases it or another takes it over. */
export class Claim {
  readonly #what: string;
  readonly #options: ClaimOptions;
  readonly #timer: NodeJS.Timeout;
  #generation: number;
  /** When it last gave a sign of life. */
  #beat = Date.now();

  constructor(what: string, generation: number, options: ClaimOptions) {
    this.#what = what;
    this.#generation = generation;
    this.#options = options;
    // For work that never asks. What it learns here it will be told again when it does.
    this.#timer = setInterval(() => {
      try {
        this.confirm();
      } catch {}
    }, options.lease.heartbeat).unref();
  }

  /**
   * Give a sign of life, if the last was some time ago. To be called before anything is done to the task's directory.
   * @throws ClaimLostError when another process has taken the task over, FileError when the directory is gone or refuses
   */
  confirm(): void {
    const { file, lease } = this.#options;
    const silent = Date.now() - this.#beat;
    if (silent < lease.heartbeat) return;
    const next = this.#generation + 1;
    const trusted = silent < lease.expiry / 2 && !existsSync(file(next));
    if (!trusted && !createFile(file(next), OWN_NAME)) {
      throw new ClaimLostError(
        `${this.#what}: another process took it over, after ${Math.round(silent / 1000)} s without a sign of life from here`,
      );
    }
    const now = new Date();
    if (trusted) touch(file(this.#generation), now);
    else this.#generation = next;
    this.#beat = now.getTime();
  }

  /** Let others have it. A process that ends does so by itself. */
  readonly release = atExit(() => {
    clearInterval(this.#timer);
    try {
      this.#options.release(this.#generation);
    } catch {
      // The disk is full, say. Then it is free once this process has ended.
    }
  });
}

function touch(file: string, now: Date): void {
  try {
    utimesSync(file, now, now);
  } catch (error) {
    throw new FileError(`writing ${file}: ${explainSystemError(error)}`);
  }
}
