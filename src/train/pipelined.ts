/** Steps whose results may be outstanding: enough for the GPU never to wait for us, few enough to stop soon. */
const DEPTH = 4;

/**
 * Start the next pieces of work before the results of the ones before have come back, so that neither side waits for the
 * other. Results come in order. A consumer that stops early gets those of the work already started through `each`.
 * @param work starts a piece of work each time it is asked for the next
 * @param each is told every result, also those that the consumer did not wait for
 */
export async function* pipelined<T>(
  work: Iterable<Promise<T>>,
  each: (result: T) => void,
): AsyncGenerator<T> {
  const started: Promise<T>[] = [];
  const finishOldest = async (): Promise<T> => {
    const result = await (started.shift() as Promise<T>);
    each(result);
    return result;
  };
  try {
    for (const result of work) {
      // A failure is reported when its turn comes; until then Node must not take it for an unhandled one.
      result.catch(() => {});
      started.push(result);
      if (started.length >= DEPTH) yield await finishOldest();
    }
    while (started.length > 0) yield await finishOldest();
  } finally {
    while (started.length > 0) await finishOldest();
  }
}
