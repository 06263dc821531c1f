import { describe, expect, it } from 'vitest';
import { type CompileJob, CompileQueue } from '../../../src/inspect/tuning/compile-queue.js';

/** Jobs that are done when they are told to be. */
function jobsOf() {
  const begun: string[] = [];
  const finish = new Map<string, (error?: Error) => void>();
  const unwanted = new Set<string>();
  const job = (key: string): CompileJob => ({
    key,
    compile: () =>
      new Promise<void>((done, fail) => {
        begun.push(key);
        finish.set(key, (error) => (error ? fail(error) : done()));
      }),
    wanted: () => !unwanted.has(key),
  });
  const end = async (key: string, error?: Error) => {
    finish.get(key)?.(error);
    await new Promise((done) => setImmediate(done));
  };
  return { begun, unwanted, end, jobs: (...keys: string[]) => keys.map(job) };
}

describe('a queue of things to compile', () => {
  it('compiles as many at a time as it has lanes, in order', async () => {
    const { begun, end, jobs } = jobsOf();
    new CompileQueue(2).expect(jobs('a', 'b', 'c', 'd'));
    expect(begun).toEqual(['a', 'b']);
    await end('b');
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  it('takes what is needed before what is expected, and says when that is there', async () => {
    const { begun, end, jobs } = jobsOf();
    const queue = new CompileQueue(1);
    queue.expect(jobs('a', 'b', 'c'));
    let there = false;
    const needed = queue.need(jobs('c', 'a')).then(() => {
      there = true;
    });
    await end('a');
    expect(begun).toEqual(['a', 'c']);
    expect(there).toBe(false);
    await end('c');
    await needed;
    expect(begun).toEqual(['a', 'c', 'b']);
    await end('b');
    await queue.need(jobs('a', 'b'));
    expect(begun).toHaveLength(3);
  });

  it('leaves out what is expected and by its turn not wanted any more, but not what is needed', async () => {
    const { begun, unwanted, end, jobs } = jobsOf();
    const queue = new CompileQueue(1);
    queue.expect(jobs('a', 'b', 'c'));
    unwanted.add('b');
    await end('a');
    expect(begun).toEqual(['a', 'c']);
    await end('c');
    const needed = queue.need(jobs('b'));
    expect(begun).toEqual(['a', 'c', 'b']);
    await end('b');
    await needed;
  });

  it('knows how long each took, of which those side by side have a share each', async () => {
    const { end, jobs } = jobsOf();
    let time = 0;
    const queue = new CompileQueue(2, () => time);
    queue.expect(jobs('a', 'b'));
    time = 10;
    await end('a');
    time = 20;
    await end('b');
    expect([...queue.took]).toEqual([
      ['a', 10],
      ['b', 10],
    ]);
  });

  it('goes on where one cannot be compiled, and stops when told to', async () => {
    const { begun, end, jobs } = jobsOf();
    const queue = new CompileQueue(1);
    queue.expect(jobs('a', 'b', 'c'));
    await end('a', new Error('no'));
    expect(begun).toEqual(['a', 'b']);
    const stopped = queue.stop();
    await end('b');
    await stopped;
    expect(begun).toEqual(['a', 'b']);
  });
});
