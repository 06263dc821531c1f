import { describe, expect, it } from 'vitest';
import { currentOrigin, tracing, within } from '../../src/gpu/program/origin.js';
import { aroundForward, withLayerScopes } from '../../src/nn/around-forward.js';
import { Module } from '../../src/nn/module.js';
import type { Tensor } from '../../src/tensor/tensor.js';

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

describe('withLayerScopes', () => {
  it('tells each module apart while it is traced, and leaves the modules as they were', () => {
    const net = new Net();
    withLayerScopes([net], () => tracing(() => net.forward(NOTHING)));
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
    expect(() => withLayerScopes([net], () => tracing(() => within('a', fail)))).toThrow('no');
    expect(Object.hasOwn(net.block, 'forward')).toBe(false);
    expect(currentOrigin()).toBeUndefined();
  });
});

describe('aroundForward', () => {
  it('nests, and puts a forward back that a module had for its own', () => {
    class Own extends Module {
      override forward = (x: Tensor): Tensor => {
        log.push('forward');
        return x;
      };
    }
    const log: string[] = [];
    const module = new Own();
    const { forward } = module;
    const saying = (word: string) => (_: Module, forward: () => Tensor) => {
      log.push(word);
      return forward();
    };
    aroundForward([module], saying('outer'), () =>
      aroundForward([module], saying('inner'), () => module.forward(NOTHING)),
    );
    expect(log).toEqual(['inner', 'outer', 'forward']);
    expect(module.forward).toBe(forward);
    expect(Object.keys(module)).toContain('forward');
  });
});
