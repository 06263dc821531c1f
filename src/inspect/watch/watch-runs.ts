/** Shows runs in a browser while they are trained. Nothing is written to their directories. */
import { setTimeout as wait } from 'node:timers/promises';
import { statOf } from '../../files/stat.js';
import { ownerOfRun } from '../../train/run/run-claim.js';
import { RunDirectory } from '../../train/run/run-directory.js';
import { type ReportedRun, reportContent } from '../report/report-content.js';
import { reportPage } from '../report/report-page.js';
import type { RunJudge } from '../report/run-judge.js';
import { type RunRecord, readRuns } from '../report/run-record.js';
import { LiveServer } from './live-server.js';

export interface WatchOptions {
  readonly judge: RunJudge;
  /** 0 for any that is free. */
  readonly port: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Is told where the page is. */
  readonly onListening: (url: string) => void;
  /** Milliseconds between two looks at the directories. */
  readonly interval?: number;
}

/**
 * Serve the page of some runs, and keep it up to date until the signal ends that.
 * @throws RunError when there is no run, or one vanishes; RunError, FileError when a file of one is not what it should be;
 * DawngradError when the port cannot be had; the signal's reason once it aborts
 */
export async function watchRuns(
  paths: readonly string[],
  { judge, port, signal, onListening, interval = 1000 }: WatchOptions,
): Promise<never> {
  const watched = new WatchedRuns(paths, judge);
  const content = () => reportContent(watched.runs, Date.now());
  const report = () => ['report', JSON.stringify(content())] as const;
  const page = () => reportPage(content(), { live: true });
  const server = await LiveServer.listen({ port, page, first: report });
  const tell = () => server.send(...report());
  try {
    onListening(server.url);
    for (;;) {
      if (watched.reread()) tell();
      if (await watched.lookIntoNext(signal)) tell();
      else await wait(interval, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  } catch (error) {
    if (!signal.aborted) server.send('gone', (error as Error).message.replaceAll('\n', ' '));
    throw error;
  } finally {
    await server.close();
  }
}

/** A run, when its net was last looked into, and what was seen. */
interface Look {
  readonly seen: ReportedRun;
  /** When the checkpoint was written, in milliseconds. */
  readonly saved: number;
  /** How long that took, and when it was done, in milliseconds. */
  readonly took: number;
  readonly at: number;
}

/** A look is worth this many times its own duration of leaving the machine to whoever trains. */
const PATIENCE = 9;

class WatchedRuns {
  readonly #paths: readonly string[];
  readonly #judge: RunJudge;
  #records: readonly RunRecord[];
  #files: string;
  readonly #looks = new Map<string, Look>();

  constructor(paths: readonly string[], judge: RunJudge) {
    this.#paths = paths;
    this.#judge = judge;
    this.#files = filesOf(paths);
    this.#records = readRuns(paths);
  }

  /** The runs as they are, with what their nets showed when they were last looked into. */
  get runs(): ReportedRun[] {
    return this.#records.map((record) => {
      const seen = this.#looks.get(record.directory.path)?.seen;
      return { filters: undefined, judgement: undefined, ...seen, record };
    });
  }

  /** Read the directories again where a file has changed; returns whether one has. */
  reread(): boolean {
    const files = filesOf(this.#paths);
    if (files === this.#files) return false;
    this.#files = files;
    this.#records = readRuns(this.#paths);
    return true;
  }

  /** Look into the first net that has changed, if it is time; returns whether there was one. */
  async lookIntoNext(signal: AbortSignal): Promise<boolean> {
    const record = this.#records.find((record) => this.#isDue(record));
    if (!record) return false;
    const begin = Date.now();
    const { path } = record.directory;
    const saved = savedAt(record.directory);
    const seen = await this.#judge.lookInto(record, signal);
    const at = Date.now();
    this.#looks.set(path, { seen, saved, took: at - begin, at });
    return true;
  }

  #isDue({ directory, trainedBy }: RunRecord): boolean {
    const look = this.#looks.get(directory.path);
    if (look?.saved === savedAt(directory)) return false;
    return !look || trainedBy === undefined || Date.now() - look.at > PATIENCE * look.took;
  }
}

/** When a run was saved last, in milliseconds; 0 for never. */
const savedAt = ({ last }: RunDirectory): number => timeOf(last);

const timeOf = (path: string): number => statOf(path)?.mtimeMs ?? 0;

/**
 * What tells whether a run has changed: when its files were written, and who trains it.
 * @throws RunError when one is gone
 */
const filesOf = (paths: readonly string[]): string =>
  JSON.stringify(
    paths.map((path) => {
      const run = RunDirectory.open(path);
      const again = RunDirectory.find(run.retrained);
      return [run, ...(again ? [again] : [])].map(({ path, metrics, last, result }) => [
        ...[metrics, last, result].map(timeOf),
        ownerOfRun(path),
      ]);
    }),
  );
