/** `program.explain()`. */
import { checkOptions, type Rules } from '../../errors/check-options.js';
import { instance } from '../../errors/rules.js';
import type { Memory } from '../../gpu/memory/memory.js';
import { Program } from '../../gpu/program/program.js';
import { Module } from '../../nn/module.js';
import type { Tensor } from '../../tensor/tensor.js';
import { explainProgram } from './explain-program.js';
import type { Explanation } from './explanation.js';

export interface ExplainProgramOptions {
  /** Whose parameters, buffers and gradients are called by their names. */
  readonly model?: Module;
}

const OPTIONS: Rules<ExplainProgramOptions> = { model: instance(Module) };

// Programs lie floors below what explains them: so this file adds to their class from outside.
declare module '../../gpu/program/program.js' {
  interface Program<T> {
    /**
     * What it launches, in order, with kernels and why those, shapes, cost, and what fusion saves; sums by layer and by kernel; what
     * its memory holds, and when. Plain data, as `dawngrad explain --json` writes it; nothing is computed.
     *
     * Layers, passes and lines are known where the program was recorded in `withOrigins`.
     *
     *     const program = dg.withOrigins([model], () => device.record(step));
     *     const { launches, layers, memory } = program.explain({ model });
     *
     * @throws ArgumentError for options that there are not
     */
    explain(options?: ExplainProgramOptions): Explanation;
  }
}

Program.prototype.explain = function (options = {}) {
  checkOptions('program.explain', options, OPTIONS);
  const { model } = options;
  return explainProgram(this.plan, model ? { names: namesIn(model) } : {});
};

/** Parameters, buffers, and the gradients that parameters have now, as `conv.weight.grad`. */
export function namesIn(model: Module): Map<Tensor | Memory, string> {
  const names = new Map<Tensor | Memory, string>();
  const note = (name: string, tensor: Tensor) => names.set(tensor, name).set(tensor.memory, name);
  for (const [name, tensor] of model.stateDict()) note(name, tensor);
  for (const [name, { grad }] of model.namedParameters()) if (grad) note(`${name}.grad`, grad);
  return names;
}
