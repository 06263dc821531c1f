import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);

describe("the example of an op of one's own", () => {
  it('passes its test, and learns as part of a net', { timeout: 240_000 }, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['examples/own-op.mjs'], { cwd: root });
    const [tested, ...lines] = stdout.trim().split('\n');
    expect(tested).toBe('swish: passed');
    const losses = lines.map((line) => Number(/^loss (\d+\.\d+)$/.exec(line)?.[1]));
    expect(losses).toHaveLength(40);
    expect(losses[0]).toBeGreaterThan(2);
    // What it is without the swishes, or with wrong gradients, stays above.
    expect(losses.at(-1)).toBeLessThan(1.5);
  });
});
