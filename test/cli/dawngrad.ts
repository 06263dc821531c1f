import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { beforeAll } from 'vitest';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const MAIN = join(ROOT, 'dist', 'cli', 'main.js');

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  /** Without what Dawn itself prints there, which no program can turn off. */
  readonly stderr: string;
}

/** What Dawn's libraries write to stderr about drivers: warnings, and where in Dawn they arose. */
const DAWNS_OWN = /^(Warning: .*| {4}at \w+ \(.*\)|)\n/gm;

export interface CallOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments for Node. */
  readonly node?: readonly string[];
}

/** A running Node process of ours, with what it has printed so far. */
export class Call {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<Outcome>;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], { cwd = tmpdir(), env = {}, node = [] }: CallOptions = {}) {
    this.process = spawn(process.execPath, [...node, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    this.process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.ended = new Promise((resolve, reject) => {
      this.process.on('error', reject);
      this.process.on('close', (status) => {
        resolve({ status, stdout: this.#stdout, stderr: this.#stderr.replace(DAWNS_OWN, '') });
      });
    });
  }

  /** Resolves once stderr contains this; rejects when the process ends without. */
  printed(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => this.#stderr.includes(text) && resolve();
      this.process.stderr.on('data', look);
      this.process.on('close', () => reject(new Error(`it ended without "${text}":\n${this.#stderr}`)));
      look();
    });
  }
}

/** Start the command line tool; by default in a directory that is not the checkout. */
export const start = (args: readonly string[], options?: CallOptions): Call =>
  new Call([MAIN, ...args], options);

/** Run the command line tool to its end. */
export const dawngrad = (args: readonly string[], options?: CallOptions): Promise<Outcome> =>
  start(args, options).ended;

/** One file at a time: what another has begun to use must not be written anew below it. */
const BUILD = `
  import { ensureBuild, isBuildReady } from './scripts/setup/build.mjs';
  import { withLockUnless } from './scripts/setup/lock.mjs';
  withLockUnless(isBuildReady, ensureBuild);`;

/** Build dist/ before the tests of a file, unless it is there and made from these sources. */
export function useBuild(): void {
  beforeAll(async () => {
    const { status, stderr } = await new Call(['--input-type=module', '--eval', BUILD], { cwd: ROOT }).ended;
    if (status !== 0) throw new Error(`building dist/ failed:\n${stderr}`);
  });
}
