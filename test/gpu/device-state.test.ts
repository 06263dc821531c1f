import { describe, expect, it } from 'vitest';
import { PerDevice } from '../../src/gpu/device-state.js';
import { useDevice } from '../support/device.js';

describe('what belongs to a device', () => {
  const [first, second] = [useDevice(), useDevice()];

  it('is made when it is first asked for, once for each device', () => {
    const made: unknown[] = [];
    const counts = new PerDevice((device) => {
      made.push(device);
      return { count: 0 };
    });
    expect(made).toEqual([]);
    counts.of(first.device).count += 2;
    counts.of(first.device).count += 1;
    expect(counts.of(second.device)).toEqual({ count: 0 });
    expect(counts.of(first.device)).toEqual({ count: 3 });
    expect(made).toEqual([first.device, second.device]);
  });

  it('is made once even where it is nothing', () => {
    let made = 0;
    const nothing = new PerDevice(() => {
      made += 1;
      return undefined;
    });
    expect([nothing.of(first.device), nothing.of(first.device), made]).toEqual([undefined, undefined, 1]);
  });

  it('may be replaced, on one device alone, before it was ever asked for', () => {
    const words = new PerDevice(() => 'first');
    words.set(first.device, 'second');
    expect([words.of(first.device), words.of(second.device)]).toEqual(['second', 'first']);
    words.set(second.device, 'third');
    expect([words.of(first.device), words.of(second.device)]).toEqual(['second', 'third']);
  });

  it('is another for each thing, on the same device', () => {
    const [one, other] = [new PerDevice(() => 1), new PerDevice(() => 2)];
    one.set(first.device, 3);
    expect([one.of(first.device), other.of(first.device)]).toEqual([3, 2]);
  });
});
