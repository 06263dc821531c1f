/** What is to be done where a process ends before it came to that by itself. */
const pending = new Set<() => void>();

const doAll = (): void => {
  for (const work of pending) work();
};

/**
 * Have something done in any case: when the returned function is called, or else when the process ends, which a program that it
 * runs may have it do at once (`process.exit`), in the order in which it was asked for. Not where it is killed.
 * @param work what awaits nothing
 */
export function atExit(work: () => void): () => void {
  const once = (): void => {
    if (!pending.delete(once)) return;
    if (pending.size === 0) process.off('exit', doAll);
    work();
  };
  if (pending.size === 0) process.on('exit', doAll);
  pending.add(once);
  return once;
}
