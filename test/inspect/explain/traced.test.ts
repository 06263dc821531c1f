import { describe, expect, it } from 'vitest';
import { currentOrigin, within } from '../../../src/gpu/program/origin.js';
import { traced } from '../../../src/inspect/explain/traced.js';
import { Module } from '../../../src/nn/module.js';
import type { Tensor } from '../../../src/tensor/tensor.js';

const NOTHING = undefined as unknown as Tensor;

class Leaf extends Module {
  seen: (string | undefined)[] = [];
  forward(x: Tensor): Tensor {
    this.seen.push(currentOrigin()?.layer);
    return x;
  }
}

class Block extends Module {
  readonly first = new Leaf();
  readonly second = new Leaf();
  readonly between: (string | undefined)[] = [];
  forward(x: Tensor): Tensor {
    const y = this.first.forward(x);
    this.between.push(currentOrigin()?.layer);
    return this.second.forward(y);
  }
}

class Net extends Module {
  readonly block = new Block();
  forward(x: Tensor): Tensor {
    return this.block.forward(x);
  }
}

describe('traced', () => {
  it('tells each module apart while it is traced, and leaves the modules as they were', () => {
    const net = new Net();
    traced([net], () => net.forward(NOTHING));
    const { first, second, between } = net.block;
    expect([first.seen, between, second.seen]).toEqual([['block.first'], ['block'], ['block.second']]);
    expect(Object.hasOwn(net, 'forward')).toBe(false);
    net.forward(NOTHING);
    expect(first.seen).toEqual(['block.first', undefined]);
  });

  it('does so after a failure too', () => {
    const net = new Net();
    const fail = () => {
      throw new Error('no');
    };
    expect(() => traced([net], () => within('a', fail))).toThrow('no');
    expect(Object.hasOwn(net.block, 'forward')).toBe(false);
    expect(currentOrigin()).toBeUndefined();
  });
});
