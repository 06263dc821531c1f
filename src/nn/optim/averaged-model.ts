import { noGrad } from '../../autograd/tape.js';
import { checkArgument, checkOptions, type Rules } from '../../errors/check-options.js';
import { ArgumentError } from '../../errors/errors.js';
import { instance, number, synchronous, whole } from '../../errors/rules.js';
import { updateAverage } from '../../kernels/optimizers/average.js';
import { sameShape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { keep } from '../../tensor/tidy.js';
import { Module } from '../module.js';
import type { Parameter } from '../parameter.js';
import { sideBySide } from './side-by-side.js';

/** How weights are averaged. */
export interface AveragingOptions {
  /**
   * How much of the average each step keeps: an exponential moving average, which reaches back about 1 / (1 - decay) steps.
   * Left out: the plain mean over all steps.
   */
  readonly decay?: number;
}

/** What these must be. */
const RULES: Rules<AveragingOptions> = { decay: number({ atLeast: 0, below: 1 }) };

/** What is averaged, and its average: parameters that lie side by side are one pair. */
type Pair = readonly [value: Tensor, average: Tensor];

/**
 * A net whose weights are the average of those that another net had after each of its last steps: it makes fewer errors than any
 * of these, at no cost to training. PyTorch's `torch.optim.swa_utils.AveragedModel` with `use_buffers`, that is, running statistics
 * of batch norm are averaged as the weights are. Polyak & Juditsky (1992); Izmailov et al., "Averaging Weights Leads to Wider
 * Optima and Better Generalization" (UAI 2018).
 *
 * An exponential average of n steps keeps min(decay, (1 + n) / (10 + n)), so that it forgets the first weights even in a short
 * training.
 *
 *     const averaged = new AveragedModel(model, anotherOfTheSame, { decay: 0.999 });
 *     ...
 *     averaged.updateParameters(() => optimizer.step());
 *     ...
 *     evaluate(device, averaged.module, batches);
 */
export class AveragedModel {
  /** While this is false, the average is the net as it stands; it begins with the first step after. */
  begun = true;
  readonly #decay: number | undefined;
  readonly #pairs: readonly Pair[];
  /** The weight of the newest step, on the device. */
  readonly #weight: Tensor;
  #written = Number.NaN;
  /** Steps in the average. */
  #averaged = 0;

  /**
   * @param model whose weights are averaged; make its optimizer before, which moves them side by side
   * @param module a net of the same layers, on the same device, which is overwritten and from then on the average
   * @throws ArgumentError when they are not alike
   */
  constructor(
    model: Module,
    readonly module: Module,
    options: AveragingOptions = {},
  ) {
    checkArgument('AveragedModel', 'model', model, instance(Module));
    checkArgument('AveragedModel', 'module', module, instance(Module));
    checkOptions('AveragedModel', options, RULES);
    this.#decay = options.decay;
    const averages = module.stateDict();
    const values = [...model.stateDict()];
    const alike =
      averages.size === values.length &&
      values.every(([name, { shape, device }]) => {
        const average = averages.get(name);
        return average && sameShape(average.shape, shape) && average.device === device;
      });
    const [first] = values;
    if (!alike || !first || model === module) {
      throw new ArgumentError(
        'AveragedModel',
        'module',
        `is ${module}, whose state is not that of ${model}`,
        'it must be another net of the same layers on the same device',
      );
    }
    const { device } = first[1];
    this.#pairs = device.unrecorded(() => pairsOf(model, module));
    module.loadStateDict(model.stateDict());
    this.#weight = device.unrecorded(() => keep(new Tensor(device, [1])));
  }

  /** Steps in the average; 0 before it begins. */
  get averaged(): number {
    return this.#averaged;
  }

  /**
   * Take the model's weights into the average, as they are after `step`. In a recorded program each run is a step of its own.
   * @param step an optimizer's step; what the host has to do for both is then done at once
   * @throws ArgumentError when it is not a function, or an async one, and what `step` throws; no step is counted then
   */
  updateParameters(step: () => void = () => {}): void {
    checkArgument('AveragedModel.updateParameters', 'step', step, synchronous);
    const before = this.#averaged;
    this.#weight.device.onHost(() => this.#nextStep());
    try {
      step();
    } catch (error) {
      this.#averaged = before;
      throw error;
    }
    noGrad(() => {
      for (const [value, average] of this.#pairs) updateAverage(average, value, this.#weight);
    });
    // Where parameters lie side by side, the kernel writes to a tensor that borrows their memory.
    for (const parameter of this.module.parameters()) parameter.wasWritten();
  }

  #nextStep(): void {
    const weight = this.begun ? this.#weightOf(this.#averaged) : 1;
    if (this.begun) this.#averaged += 1;
    // Only when it changed: an upload parts the launches before it from those after it.
    if (weight !== this.#written) this.#weight.write(Float32Array.of(weight));
    this.#written = weight;
  }

  /** How much the step counts that comes after `before` others. */
  #weightOf(before: number): number {
    if (before === 0) return 1;
    if (this.#decay === undefined) return 1 / (before + 1);
    return 1 - Math.min(this.#decay, (1 + before) / (10 + before));
  }

  /** Go on after `averaged` steps; the averages themselves are the state of `module`. */
  resume(averaged: number): void {
    checkArgument('AveragedModel', 'averaged', averaged, whole(0));
    this.#averaged = averaged;
  }
}

/** Every parameter and buffer with its average; those parameters that an optimizer moved side by side as one. */
function pairsOf(model: Module, module: Module): Pair[] {
  const averages = module.stateDict();
  const names = new Map([...model.stateDict()].map(([name, tensor]) => [tensor, name]));
  const averageOf = (tensor: Tensor) => averages.get(names.get(tensor) as string) as Tensor;
  const homes = new Set(model.parameters().flatMap(({ home }) => home ?? []));
  const together = new Set<Tensor>();
  const pairs: Pair[] = [];
  for (const { members, tensor } of homes) {
    const parameters = members.map(({ parameter }) => parameter);
    if (!parameters.every((parameter) => names.has(parameter))) continue;
    const [flat, ...others] = sideBySide(tensor.device, parameters.map(averageOf) as Parameter[]);
    if (!flat || others.length > 0 || !sameShape(flat.tensor.shape, tensor.shape)) continue;
    pairs.push([tensor, flat.tensor]);
    for (const parameter of parameters) together.add(parameter);
  }
  for (const tensor of names.keys()) if (!together.has(tensor)) pairs.push([tensor, averageOf(tensor)]);
  return pairs;
}
