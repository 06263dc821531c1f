/**
 * The Trace Event Format, as far as it is used here: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU.
 * Perfetto (https://ui.perfetto.dev), Chromium's developer tools (Performance) and speedscope open it.
 */

/** A file of events. */
export interface TraceFile {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: 'ms';
  /** What was traced, in words. */
  readonly otherData: Readonly<Record<string, string | number>>;
}

/** An event; times are in microseconds from the beginning of the trace. */
export type TraceEvent = Metadata | Complete | AsyncEnd | Flow;

interface OnTrack {
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** Names the process or a track. */
export interface Metadata extends OnTrack {
  readonly ph: 'M';
}

interface Timed extends OnTrack {
  readonly cat: string;
  readonly ts: number;
}

/** Something that lasts. On one track such events lie one behind the other, or one within the other. */
export interface Complete extends Timed {
  readonly ph: 'X';
  readonly dur: number;
}

/** Begin and end of something that may overlap others of its track: the two have one `id`. */
export interface AsyncEnd extends Timed {
  readonly ph: 'b' | 'e';
  readonly id: number;
}

/** An arrow from what lasts at its begin (`s`) to what lasts at its end (`f`): the two have one `id`. */
export interface Flow extends Timed {
  readonly ph: 's' | 'f';
  readonly id: number;
  /** The end belongs to what encloses it. */
  readonly bp?: 'e';
}
