import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Complete, TraceEvent, TraceFile } from '../../../src/inspect/trace/trace-events.js';
import { traceFile } from '../../../src/inspect/trace/trace-file.js';
import { type TracedRun, traceRun } from '../../../src/inspect/trace/trace-run.js';
import { useDevice } from '../../support/device.js';
import { SEED, tinyConfig } from '../../train/run/tiny-run.js';

/** What the format's document asks of each kind of event that is written. */
const track = {
  pid: z.int(),
  tid: z.int(),
  name: z.string().min(1),
  args: z.record(z.string(), z.unknown()).optional(),
};
const timed = { ...track, cat: z.string().min(1), ts: z.number().nonnegative() };
const format = z.strictObject({
  traceEvents: z.array(
    z.discriminatedUnion('ph', [
      z.strictObject({ ...track, ph: z.literal('M'), args: z.record(z.string(), z.unknown()) }),
      z.strictObject({ ...timed, ph: z.literal('X'), dur: z.number().nonnegative() }),
      z.strictObject({ ...timed, ph: z.enum(['b', 'e']), id: z.int() }),
      z.strictObject({ ...timed, ph: z.literal('s'), id: z.int() }),
      z.strictObject({ ...timed, ph: z.literal('f'), bp: z.literal('e'), id: z.int() }),
    ]),
  ),
  displayTimeUnit: z.literal('ms'),
  otherData: z.record(z.string(), z.union([z.string(), z.number()])),
});

const STEPS = 6;

describe('a traced run', () => {
  const gpu = useDevice({ seed: SEED });
  let run: TracedRun;
  let trace: TraceFile;
  beforeAll(async () => {
    run = await traceRun({ ...tinyConfig, batch: 4 }, gpu.device, STEPS);
    trace = JSON.parse(JSON.stringify(traceFile(run)));
  });

  /** Names of tracks by number. */
  const tracks = () =>
    new Map(
      trace.traceEvents
        .filter(({ ph, name }) => ph === 'M' && name === 'thread_name')
        .map(({ tid, args }) => [tid, args?.name as string]),
    );
  const on = (name: string, ph = 'X') =>
    trace.traceEvents.filter((event) => event.ph === ph && tracks().get(event.tid) === name) as Complete[];

  it('is what the Trace Event Format says', () => {
    expect(format.safeParse(trace).error).toBeUndefined();
    expect([...tracks().values()]).toEqual(['host', 'uploads', 'kernels', 'read-backs']);
  });

  it('has every step with its upload, its kernels, and its read-back', () => {
    expect(on('host').filter(({ name }) => /^step \d+$/.test(name))).toHaveLength(STEPS);
    // Images and labels go up, and two numbers come back.
    expect(on('uploads').length).toBeGreaterThanOrEqual(STEPS);
    for (const ph of ['b', 'e']) expect(on('read-backs', ph)).toHaveLength(STEPS);
    const launches = run.submits.reduce((sum, { launches }) => sum + launches.length, 0);
    expect(launches % STEPS).toBe(0);
    expect(launches).toBeGreaterThan(20 * STEPS);
    if (gpu.device.has('timestamp-query')) {
      expect(on('kernels')).toHaveLength(launches);
      expect(on('kernels')).toContainEqual(
        expect.objectContaining({
          name: 'maxPool.backward',
          args: expect.objectContaining({ layer: 'pool1', op: 'maxPool2d', pass: 'backward' }),
        }),
      );
    } else expect(on('kernels')).toHaveLength(run.submits.length);
  });

  it('has kernels one after the other, none before its submit and none after the read-back of its step', () => {
    const kernels = on('kernels');
    for (const [index, { ts }] of kernels.entries()) {
      const before = kernels[index - 1];
      // Viewers add the two up, some as doubles and some in nanoseconds, and drop what overlaps.
      if (before) expect(ts).toBeGreaterThanOrEqual(before.ts + before.dur);
    }
    for (const { end, ran } of run.submits) {
      for (const { begin } of ran) expect(begin).toBeGreaterThanOrEqual(end - 1e-3);
    }
    const last = Math.max(...run.readBacks.map(({ end }) => end));
    expect(Math.max(...run.submits.flatMap(({ ran }) => ran.map(({ end }) => end)))).toBeLessThan(last + 5);
  });

  it('has times that are exact in microseconds and nanoseconds, and no kernel that lasts no time', () => {
    const times = trace.traceEvents.flatMap((event) => ('ts' in event ? [event.ts] : []));
    const lengths = trace.traceEvents.flatMap((event) => ('dur' in event ? [event.dur] : []));
    expect([...times, ...lengths].filter((time) => !Number.isInteger(8 * time))).toEqual([]);
    expect(Math.min(...on('kernels').map(({ dur }) => dur))).toBeGreaterThan(0);
  });

  it('has what the host does within its step, and arrows from submits to kernels', () => {
    const steps = on('host').filter(({ name }) => name.startsWith('step'));
    const within = (event: TraceEvent & { ts: number; dur: number }) =>
      steps.some(({ ts, dur }) => ts <= event.ts && event.ts + event.dur <= ts + dur + 1);
    const submits = on('host').filter(({ name }) => name.startsWith('submit'));
    expect(submits.length).toBeGreaterThanOrEqual(STEPS);
    expect(submits.filter((submit) => !within(submit))).toEqual([]);
    const ids = (ph: string) =>
      trace.traceEvents.flatMap((event) => (event.ph === ph && 'id' in event ? [event.id] : []));
    expect(ids('s')).toEqual(ids('f'));
  });
});

describe('a traced run on a device without timestamps', () => {
  const gpu = useDevice({ seed: SEED, features: 'none' });

  it('has the launches of a submit as one bar', async () => {
    const run = await traceRun({ ...tinyConfig, batch: 2 }, gpu.device, 2);
    const { traceEvents, otherData } = traceFile(run);
    const bars = traceEvents.filter((event) => event.ph === 'X' && event.cat === 'kernels');
    expect(bars).toHaveLength(run.submits.length);
    expect(bars.map(({ name }) => name)).toContain(`${run.submits[0]?.launches.length} launches`);
    expect(otherData['kernel times']).toContain('no timestamps');
  });
});
