import { renameSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { ReportContent } from '../../../src/inspect/report/report-content.js';
import { RunJudge } from '../../../src/inspect/report/run-judge.js';
import { watchRuns } from '../../../src/inspect/watch/watch-runs.js';
import { appendMetrics } from '../../../src/train/run/metrics.js';
import { takeRun } from '../../../src/train/run/run-claim.js';
import { RunDirectory } from '../../../src/train/run/run-directory.js';
import { RunError } from '../../../src/train/run/run-error.js';
import { useFreshDirectory } from '../../support/directory.js';
import { epochOf, writeRun } from '../report/written-run.js';
import { type Events, listen } from './listen.js';

const directory = useFreshDirectory();
let stop: () => Promise<void> = async () => {};
afterEach(() => stop());

/** Watch a run; what ends it is what `ended` is rejected with. */
async function watch(path: string): Promise<{ url: string; events: Events; ended: Promise<unknown> }> {
  const controller = new AbortController();
  const judge = new RunJudge({ which: 'last', withModel: undefined, warn: () => {} });
  let ended: Promise<unknown> = Promise.resolve();
  const url = await new Promise<string>((resolve, reject) => {
    ended = watchRuns([path], {
      ...{ judge, port: 0, signal: controller.signal, onListening: resolve, interval: 5 },
    }).catch((error: unknown) => {
      reject(error);
      return error;
    });
  });
  stop = async () => {
    controller.abort(new Error('Ctrl-C'));
    await ended;
  };
  return { url, events: await listen(url), ended };
}

/** The first report of which something holds. */
async function reportWith(events: Events, holds: (run: ReportContent['runs'][number]) => boolean) {
  for (;;) {
    const [event, data] = (await events.next()) ?? [];
    if (event !== 'report') throw new Error(`${event}: ${data}`);
    const { runs } = JSON.parse(data!) as ReportContent;
    if (holds(runs[0]!)) return runs[0]!;
  }
}

describe('a run that is watched', () => {
  it('is on the page', async () => {
    const { url } = await watch(writeRun(directory.path, 'a'));
    expect(await (await fetch(url)).text()).toContain('"name":"a"');
  });

  it('shows an epoch once it is finished, and who trains', async () => {
    const path = writeRun(directory.path, 'a', { epochs: 1 });
    const { events } = await watch(path);
    await reportWith(events, ({ metrics }) => metrics.length === 1);
    const claim = takeRun(path);
    await reportWith(events, ({ state }) => state === 'training');
    appendMetrics(RunDirectory.open(path).metrics, epochOf(2));
    const { metrics } = await reportWith(events, ({ metrics }) => metrics.length === 2);
    expect(metrics[1]).toEqual(epochOf(2));
    claim?.release();
    await reportWith(events, ({ state }) => state === 'stopped');
  });

  it('shows the run that retrains it, once that begins', async () => {
    const path = writeRun(directory.path, 'a');
    const { events } = await watch(path);
    writeRun(path, 'retrained', { epochs: 1 });
    for (;;) {
      const [, data] = (await events.next())!;
      if ((JSON.parse(data) as ReportContent).runs.length === 2) break;
    }
  });

  it('ends it all when it vanishes, saying so here and there', async () => {
    const path = writeRun(directory.path, 'a');
    const { events, ended } = await watch(path);
    renameSync(path, directory.file('elsewhere'));
    for (;;) {
      const [event, data] = (await events.next())!;
      if (event === 'report') continue;
      expect([event, data]).toEqual(['gone', expect.stringContaining('no such directory')]);
      break;
    }
    expect(await ended).toBeInstanceOf(RunError);
    expect(await events.next()).toBeUndefined();
  });

  it('is let go of by the signal, with its reason', async () => {
    const { ended, events } = await watch(writeRun(directory.path, 'a'));
    await stop();
    expect(await ended).toEqual(new Error('Ctrl-C'));
    for (;;) if ((await events.next()) === undefined) break;
  });

  it('must be there', async () => {
    await expect(watch(directory.file('gone'))).rejects.toThrow(/not the directory of a run/);
  });
});
