import { relinquish } from '../../autograd/tape.js';
import { checkArgument } from '../../errors/check-options.js';
import { instance, object } from '../../errors/rules.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module.js';
import { forwardTogether } from './together.js';

/**
 * Modules one after the other, named `0`, `1`, ... or, given as an object, by its keys in order:
 * `new Sequential({ conv, pool, gap })` has the parameter `conv.weight`.
 */
export class Sequential extends Module {
  readonly #modules: ReadonlyMap<string, Module>;
  readonly #named: ReadonlySet<Module>;

  constructor(...modules: readonly Module[] | [Readonly<Record<string, Module>>]) {
    super();
    const [first] = modules;
    if (modules.length === 1) checkArgument('Sequential', '0', first, object);
    const named = modules.length === 1 && first && !(first instanceof Module) ? first : modules;
    const entries = Object.entries(named as Readonly<Record<string, Module>>);
    for (const [name, module] of entries) checkArgument('Sequential', name, module, instance(Module));
    this.#modules = this.adopt(new Map(entries));
    this.#named = new Set(this.#modules.values());
  }

  /** Those in order, and behind them what else a class that extends this has in its fields. */
  override children(): ReadonlyMap<string, Module> {
    const others = [...super.children()].filter(([, module]) => !this.#named.has(module));
    return others.length === 0 ? this.#modules : new Map([...this.#modules, ...others]);
  }

  /**
   * What passes between its modules is nobody else's, so the memory of it is given back early; and two in a row may be done together,
   * as a max pool and a dropout are, with the same result.
   */
  forward(x: Tensor): Tensor {
    let y = x;
    const modules = [...this.#modules.values()];
    for (let at = 0; at < modules.length; ) {
      const [module, behind] = modules.slice(at, at + 2) as [Module, Module?];
      const both = behind && forwardTogether(module, behind, y);
      const next = both ?? module.forward(y);
      at += both ? 2 : 1;
      if (next !== y && y !== x) relinquish(y);
      y = next;
    }
    return y;
  }
}
