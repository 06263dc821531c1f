/** What was traced, for people. */
import type { TracedRun } from '../../inspect/trace/trace-run.js';

/** What came out, and how busy the device was. */
export function describeTrace(run: TracedRun, file: string): string {
  const { model, batch, adapter, steps, submits, begin, clock } = run;
  const launches = submits.reduce((sum, submit) => sum + submit.launches.length, 0);
  const ran = submits.flatMap(({ ran }) => ran);
  const busy = ran.reduce((sum, { begin, end }) => sum + end - begin, 0);
  const took = Math.max(...ran.map(({ end }) => end)) - begin;
  return [
    `${model}, batch ${batch}, on ${adapter}: ${steps.length} training steps of ${(took / steps.length).toPrecision(3)} ms, ` +
      `${launches} launches, which keep the device busy for ${((100 * busy) / took).toFixed(0)} % of the time`,
    `times of launches are ${clock}`,
    `written to ${file}; open it at https://ui.perfetto.dev`,
    '',
  ].join('\n');
}
