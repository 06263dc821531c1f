import { describe, expect, it } from 'vitest';
import { backward } from '../../../src/autograd/tape.js';
import { Linear } from '../../../src/nn/layers/linear.js';
import { Sequential } from '../../../src/nn/layers/sequential.js';
import { Module } from '../../../src/nn/module.js';
import { SGD } from '../../../src/nn/optim/sgd.js';
import type { Parameter } from '../../../src/nn/parameter.js';
import { fromArray } from '../../../src/tensor/create.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { useDevice } from '../../support/device.js';

const gpu = useDevice();

describe('an optimizer warns of a parameter that takes part in a loss and belongs to nobody', () => {
  class Hiding extends Module {
    readonly #hidden = new Linear(gpu.device, 2, 3, { bias: false });
    readonly open = new Linear(gpu.device, 3, 1, { bias: false });

    get hidden(): Parameter {
      return this.#hidden.weight;
    }

    forward(x: Tensor): Tensor {
      return this.open.forward(this.#hidden.forward(x));
    }
  }

  /** What is warned of while a net takes some steps. */
  async function warningsOf(model: Module, steps = 2): Promise<string[]> {
    const warnings: string[] = [];
    const listen = (warning: Error) => {
      if (warning.name === 'DawngradWarning') warnings.push(warning.message);
    };
    process.on('warning', listen);
    const optimizer = new SGD(model.parameters(), { lr: 1 });
    for (let step = 0; step < steps; step++) {
      optimizer.zeroGrad();
      backward(model.forward(fromArray(gpu.device, Float32Array.of(1, 2), [1, 2])));
      optimizer.step();
    }
    // Warnings come in a turn of their own.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listen);
    return warnings;
  }

  it('once, as of a layer in a private field', async () => {
    const warnings = await warningsOf(new Hiding());
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^SGD.step: a parameter \[3, 2\] took part in a loss, but/);
    expect(warnings[0]).toContain('Put layers into public fields, not #private ones');
  });

  it('not where it was frozen, or another optimizer or module has it', async () => {
    const frozen = new Hiding();
    frozen.hidden.requiresGrad = false;
    expect(await warningsOf(frozen)).toEqual([]);
    const shared = new Hiding();
    new SGD([shared.hidden], { lr: 1 });
    expect(await warningsOf(shared)).toEqual([]);
    const half = new Sequential(new Linear(gpu.device, 2, 2), new Linear(gpu.device, 2, 1));
    half.parameters();
    expect(await warningsOf(half)).toEqual([]);
  });
});
