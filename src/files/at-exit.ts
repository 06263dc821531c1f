/**
 * Have something done in any case: when the returned function is called, or else when the process ends, which a program that it
 * runs may have it do at once (`process.exit`). Not where it is killed.
 * @param work what awaits nothing
 */
export function atExit(work: () => void): () => void {
  let done = false;
  const once = (): void => {
    if (done) return;
    done = true;
    process.off('exit', once);
    work();
  };
  process.on('exit', once);
  return once;
}
