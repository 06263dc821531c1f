import { describe, expect, it } from 'vitest';
import { Hopes } from '../../../src/inspect/tuning/hopes.js';

const able = ['register', 'broadcast', 'tiled', 'vectorised', 'untried'];

const times = (all: Record<string, number>) => new Map(Object.entries(all));

describe('the hopes of a variant', () => {
  it('are there while nothing is known', () => {
    expect(new Hopes(2).has('tiled', { kind: 'plain', work: 1, able })).toBe(true);
  });

  it('are gone for all products where it took more than three times as long on its first', () => {
    const hopes = new Hopes(2);
    hopes.learn({ kind: 'window', work: 1000, times: times({ register: 1, broadcast: 3.1, tiled: 2.9 }) });
    expect(hopes.has('broadcast', { kind: 'plain', work: 1, able })).toBe(false);
    expect(hopes.has('tiled', { kind: 'plain', work: 1, able })).toBe(true);
    // It had its first product before.
    hopes.learn({ kind: 'plain', work: 500, times: times({ register: 1, tiled: 4 }) });
    expect(hopes.has('tiled', { kind: 'window', work: 10_000, able })).toBe(true);
  });

  it('are gone for smaller products of a kind where it took more than twice as long', () => {
    const hopes = new Hopes(2);
    hopes.learn({ kind: 'window', work: 1000, times: times({ register: 1, tiled: 2.1, vectorised: 2 }) });
    expect(hopes.has('tiled', { kind: 'window', work: 900, able })).toBe(false);
    expect(hopes.has('vectorised', { kind: 'window', work: 900, able })).toBe(true);
    expect(hopes.has('tiled', { kind: 'plain', work: 900, able })).toBe(true);
    expect(hopes.has('tiled', { kind: 'window', work: 1100, able })).toBe(true);
    // So small that it is a matter of its own.
    expect(hopes.has('tiled', { kind: 'window', work: 1000 / 32, able })).toBe(true);
    expect(hopes.has('untried', { kind: 'window', work: 900, able })).toBe(true);
  });

  it('are not gone because of one that cannot take its place', () => {
    const hopes = new Hopes(2);
    hopes.learn({
      kind: 'window',
      work: 1000,
      times: times({ stacked: 1, broadcast: 4, specification: 20 }),
    });
    const without = ['specification', 'broadcast'];
    expect(hopes.has('broadcast', { kind: 'window', work: 900, able: without })).toBe(true);
    expect(hopes.has('broadcast', { kind: 'window', work: 900, able: [...without, 'stacked'] })).toBe(false);
    expect(hopes.has('specification', { kind: 'window', work: 900, able: without })).toBe(false);
  });
});
