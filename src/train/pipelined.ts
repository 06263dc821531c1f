/** Pieces of work whose results may be outstanding, at least: few enough to stop soon, though each takes a second. */
const LEAST = 4;

/** And at most, where they are short. */
const MOST = 16;

/** About as many milliseconds of work lie ahead, so that the GPU does not notice when the host is held up for less. */
const AHEAD = 40;

export interface PipelineOptions {
  /** A clock, in milliseconds. */
  readonly now?: () => number;
  /** Pieces that may be under way; 1 where none may begin before the one before it is done. */
  readonly most?: number;
  /** What the next piece needs, where that is not there yet. */
  readonly ready?: () => Promise<void> | undefined;
}

/**
 * Start the next pieces of work before the results of the ones before have come back, so that neither side waits for the
 * other. Results come in order. A consumer that stops early gets those of the work already started through `each`.
 * @param work starts a piece of work each time it is asked for the next
 * @param each is told every result, also those that the consumer did not wait for
 */
export async function* pipelined<T>(
  work: Iterable<Promise<T>>,
  each: (result: T) => void,
  { now = () => performance.now(), most = MOST, ready }: PipelineOptions = {},
): AsyncGenerator<T> {
  const started: Promise<T>[] = [];
  const begin = now();
  let finished = 0;
  const finishOldest = async (): Promise<T> => {
    const result = await (started.shift() as Promise<T>);
    finished += 1;
    each(result);
    return result;
  };
  const depth = () => {
    const milliseconds = (now() - begin) / finished;
    return Math.max(LEAST, Math.ceil(AHEAD / milliseconds));
  };
  const pieces = work[Symbol.iterator]();
  try {
    for (;;) {
      const waiting = ready?.();
      // What comes back meanwhile is told meanwhile: the wait may be long.
      while (waiting && started.length > 0 && !(await isFirst(waiting, started[0]!)))
        yield await finishOldest();
      await waiting;
      const { value: result, done } = pieces.next();
      if (done) break;
      // A failure is reported when its turn comes; until then Node must not take it for an unhandled one.
      result.catch(() => {});
      started.push(result);
      if (started.length >= Math.min(most, finished === 0 ? LEAST : depth())) yield await finishOldest();
    }
    while (started.length > 0) yield await finishOldest();
  } finally {
    pieces.return?.();
    while (started.length > 0) await finishOldest();
  }
}

/** Does the one promise come before the other? */
const isFirst = (one: Promise<unknown>, other: Promise<unknown>): Promise<boolean> =>
  Promise.race([one.then(() => true), other.then(() => false)]);
