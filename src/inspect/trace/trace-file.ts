/** What was traced, as events: the host's work, uploads, kernels and read-backs have a track each. */
import type { Launch } from '../../gpu/program/launch.js';
import { Tensor } from '../../tensor/tensor.js';
import { variantOf } from '../launch-words.js';
import type { Span } from './launch-clock.js';
import type { Complete, TraceEvent, TraceFile } from './trace-events.js';
import type { TracedRun } from './trace-run.js';
import type { Submit, Transfer } from './tracer.js';

/** One process, and its tracks from top to bottom. */
const PROCESS = 1;
const TRACKS = { host: 1, uploads: 2, kernels: 3, 'read-backs': 4 } as const;
type Track = keyof typeof TRACKS;

/**
 * All times are whole multiples of this, in microseconds. A multiple of 1/8 is exact as a number of microseconds and as one of
 * nanoseconds: what ends where another begins does so too for viewers that add the two up, or count in nanoseconds as Perfetto does.
 */
const TICK = 1 / 8;

/** The trace as a file that Perfetto opens. */
export function traceFile(run: TracedRun): TraceFile {
  const { begin, steps, uploads, submits, readBacks, model, batch, precision, adapter, clock } = run;
  const at: At = (milliseconds) => Math.max(0, TICK * Math.round((1000 * (milliseconds - begin)) / TICK));
  const onClock = <T extends Span>(span: T): T => ({ ...span, begin: at(span.begin), end: at(span.end) });
  const events = [
    ...steps.map(onClock).map((step, index) => lasting('host', `step ${index + 1}`, step)),
    ...apart(submits.map(onClock), at).flatMap(submitEvents),
    ...uploads
      .map(onClock)
      .map((upload) => lasting('uploads', `upload ${sizeOf(upload)}`, upload, { bytes: upload.bytes })),
    ...readBacks.map(onClock).flatMap(readBackEvents),
  ];
  return {
    // By time; where two begin at once, as above: what encloses another comes before it.
    traceEvents: [
      ...names(`dawngrad: training ${model}, batch ${batch}, on ${adapter}`),
      ...events.sort((one, other) => one.ts - other.ts),
    ],
    displayTimeUnit: 'ms',
    otherData: { model, batch, precision, adapter, steps: steps.length, 'kernel times': clock },
  };
}

type TimedEvent = Exclude<TraceEvent, { ph: 'M' }>;
/** A time by the host's clock, in microseconds from the beginning of the trace: whole ticks. */
type At = (milliseconds: number) => number;

const sizeOf = ({ bytes }: Transfer): string => `${(bytes / 1000).toPrecision(3)} kB`;

const lasting = (
  track: Track,
  name: string,
  { begin, end }: Span,
  args: Readonly<Record<string, unknown>> = {},
): Complete => ({
  ...{ ph: 'X', pid: PROCESS, tid: TRACKS[track], cat: track, name, ts: begin, dur: end - begin, args },
});

/**
 * Launches may run side by side, but viewers drop or misplace what overlaps on one track, and some what lasts no time at all, as a
 * launch does within one step of the device's clock: each is drawn from where the one before ends, and for a tick at least.
 */
function apart(submits: readonly Submit[], at: At): Submit[] {
  let last = 0;
  const behind = ({ begin, end }: Span): Span => {
    const from = Math.max(at(begin), last);
    last = Math.max(at(end), from + TICK);
    return { begin: from, end: last };
  };
  return submits.map((submit) => ({ ...submit, ran: submit.ran.map(behind) }));
}

/** The submit on the host, its launches on the device, and an arrow from the one to the first of the others. */
function submitEvents(submit: Submit, id: number): TimedEvent[] {
  const { launches, ran, begin } = submit;
  const count = `${launches.length} ${launches.length === 1 ? 'launch' : 'launches'}`;
  const submitted = lasting('host', `submit ${count}`, submit);
  const kernels = ran.map((span, index) =>
    ran.length === launches.length
      ? lasting('kernels', launches[index]!.label, span, aboutLaunch(launches[index]!))
      : lasting('kernels', count, span),
  );
  const [first] = kernels;
  if (!first) return [submitted];
  const arrow = { pid: PROCESS, cat: 'submit', name: 'submit', id } as const;
  return [
    submitted,
    { ...arrow, ph: 's', tid: TRACKS.host, ts: begin },
    ...kernels,
    { ...arrow, ph: 'f', bp: 'e', tid: TRACKS.kernels, ts: first.ts },
  ];
}

function aboutLaunch(launch: Launch): Readonly<Record<string, unknown>> {
  const { origin, cost, grid, owners = [], bindings = [] } = launch;
  const variant = variantOf(launch);
  const shapes = bindings.flatMap((binding, index) => {
    const owner = owners[index];
    return binding && owner instanceof Tensor ? [[binding, `[${owner.shape.join(', ')}]`]] : [];
  });
  return {
    ...(origin && { layer: origin.layer, op: origin.op, pass: origin.direction }),
    ...(variant && { variant }),
    ...Object.fromEntries(shapes),
    grid: grid.join(' x '),
    ...(cost && { MFLOP: cost.flops / 1e6, MB: cost.bytes / 1e6 }),
  };
}

/** Several may be on their way at a time. */
function readBackEvents({ begin, end, bytes }: Transfer, id: number): TimedEvent[] {
  const both = {
    pid: PROCESS,
    tid: TRACKS['read-backs'],
    cat: 'read-backs',
    name: 'read-back',
    id,
  } as const;
  return [
    { ...both, ph: 'b', ts: begin, args: { bytes } },
    { ...both, ph: 'e', ts: end },
  ];
}

function names(process: string): TraceEvent[] {
  const name = (what: string, tid: number, args: Readonly<Record<string, unknown>>): TraceEvent => ({
    ...{ ph: 'M', pid: PROCESS, tid, name: what, args },
  });
  return [
    name('process_name', 0, { name: process }),
    ...Object.entries(TRACKS).flatMap(([track, tid]) => [
      name('thread_name', tid, { name: track }),
      name('thread_sort_index', tid, { sort_index: tid }),
    ]),
  ];
}
