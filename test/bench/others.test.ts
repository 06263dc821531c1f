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
    const [begin, before] = [performance.now(), own()];
    while (own() - before < 500_000);
    // However little of a busy machine we get.
    const ours = (own() - before) / 1000 / (performance.now() - begin);
    const [others, all] = [await withoutUs.processors(), await withUs.processors()];
    if (all === undefined) return; // the system does not say
    expect(others).toBeGreaterThanOrEqual(0);
    expect(all).toBeGreaterThan(0.5 * ours);
    expect(all - others).toBeGreaterThan(0.5 * ours);
  });

  it('is worth a word only where it slows anything down', () => {
    expect(othersNote(0.1)).toBeUndefined();
    expect(othersNote(undefined)).toBeUndefined();
    expect(othersNote(1.5)).toMatch(
      /^others kept 1\.5 of \d+ processors busy meanwhile: times are too long; /,
    );
  });
});
