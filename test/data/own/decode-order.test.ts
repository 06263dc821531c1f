import { expect, it } from 'vitest';
import { DecodeOrder } from '../../../src/data/own/decode-order.js';

const range = (from: number, to: number) => Uint32Array.from({ length: to - from }, (_, i) => from + i);
const even = (file: number) => file % 2 === 0;

it('begins with what somebody waits for, then goes through what is expected, and begins nothing twice', () => {
  const order = new DecodeOrder(10, even);
  expect(order.left).toBe(5);
  expect(order.next(3)).toEqual([]);
  order.expect(Uint32Array.of(9, 8, 7, 1));
  order.ask([3, 2, 7]);
  expect([order.next(3), order.next(3)]).toEqual([[3, 7, 9], [1]]);
  expect([order.next(3), order.left]).toEqual([[], 1]);
  order.expect(Uint32Array.of(1, 5));
  expect([order.next(1), order.left]).toEqual([[5], 0]);
});

it('is a bounded number of files ahead of what was asked for, until all are', () => {
  const order = new DecodeOrder(1000, () => false);
  order.expect(range(0, 900));
  const begun = order.next(1000);
  expect(begun).toEqual([...range(0, begun.length)]);
  expect(begun.length).toBeLessThan(500);
  expect(order.next(1)).toEqual([]);
  // Those that somebody waits for take no notice of that, and those that were ahead make room.
  order.ask([950, 10, 11, 10]);
  expect(order.next(10)).toEqual([950, begun.length, begun.length + 1]);
  order.askAll();
  order.expect(range(0, 300));
  expect(order.next(1000)).toHaveLength(1000 - begun.length - 3);
  expect(order.left).toBe(0);
});
