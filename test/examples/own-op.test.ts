import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);

describe("the example of an op of one's own", () => {
  it('passes its test, and learns as part of a net', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['examples/own-op.mjs'], { cwd: root });
    const [tested, ...lines] = stdout.trim().split('\n');
    expect(tested).toBe('swish: passed');
    const losses = lines.map((line) => Number(/^loss (\d+\.\d+)$/.exec(line)?.[1]));
    expect(losses).toHaveLength(60);
    const mean = (some: number[]) => some.reduce((sum, loss) => sum + loss, 0) / some.length;
    expect(mean(losses.slice(0, 5))).toBeGreaterThan(2);
    expect(mean(losses.slice(-10))).toBeLessThan(1.5);
  });
});
