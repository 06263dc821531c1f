import { describe, expect, it } from 'vitest';
import { Others, othersNote } from '../../bench/others.mjs';

/** Microseconds of processors that this process has had. */
function own() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

describe('the load of others', () => {
  it('is not what the bench itself computes', async () => {
    const withoutUs = await Others.watch(async () => own());
    // As if we were somebody else.
    const withUs = await Others.watch(async () => 0);
    const begin = performance.now();
    while (performance.now() - begin < 600);
    const [others, all] = [await withoutUs.processors(), await withUs.processors()];
    if (all === undefined) return; // the system does not say
    expect(others).toBeGreaterThanOrEqual(0);
    expect(all).toBeGreaterThan(0.1);
    expect(all - others).toBeGreaterThan(0.1);
  });

  it('is worth a word only where it slows anything down', () => {
    expect(othersNote(0.1)).toBeUndefined();
    expect(othersNote(undefined)).toBeUndefined();
    expect(othersNote(1.5)).toMatch(
      /^others kept 1\.5 of \d+ processors busy meanwhile: times are too long; /,
    );
  });
});
