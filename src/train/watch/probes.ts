/**
 * Probes: what the numbers are like that pass through a net, gathered by the very step that trains it. A step's program has the
 * launches that gather them recorded among its own; a run that does not ask for them leaves them out.
 */
import { watchingGradients } from '../../autograd/tape.js';
import {
  type ArrayStatistics,
  gatherStatistics,
  joinStatistics,
} from '../../kernels/reductions/array-statistics.js';
import { aroundForward } from '../../nn/around-forward.js';
import type { Module } from '../../nn/module.js';
import { arrays } from '../../tensor/items.js';
import type { Tensor } from '../../tensor/tensor.js';

/**
 * What a tensor is to a net: what a layer made of its input; the gradient of that, with the layer's ReLU passed already, where it
 * ends in one; or the gradient of a parameter.
 */
export const PROBE_KINDS = ['activation', 'outputGradient', 'gradient'] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];

/** What one tensor of a step was like. */
export interface Probe extends ArrayStatistics {
  readonly probe: ProbeKind;
  /** Path of the layer, `block1.conv`, or name of the parameter, `block1.conv.weight`; of the net itself, its class. */
  readonly name: string;
}

/** What the probes of a step found. */
export interface StepProbes {
  /** Number of the step since the run began, from 1. */
  readonly step: number;
  /** Layers in the order in which they were done, then the other way round, then parameters. */
  readonly probes: readonly Probe[];
}

/** A tensor whose statistics a program gathers. */
export interface ProbedTensor {
  /** `scale` is what the loss was multiplied by, and gradients with it. */
  readonly probe: ProbeKind | 'scale';
  readonly name: string;
  readonly count: number;
  readonly parts: Tensor;
}

function probed(probe: ProbedTensor['probe'], name: string, tensor: Tensor): ProbedTensor {
  let parts: Tensor | undefined;
  tensor.device.optionally(() => {
    parts = gatherStatistics(tensor);
  });
  return { probe, name, count: tensor.size, parts: parts as Tensor };
}

/** Has the statistics gathered of what a step of a model comes to. */
export class StepProbing {
  /** What is looked at so far. */
  readonly tensors: ProbedTensor[] = [];
  readonly #model: Module;
  /** What layers returned, and which. */
  readonly #outputs = new Map<Tensor, string>();

  constructor(model: Module) {
    this.#model = model;
  }

  /** Run the forward pass, and look at what each layer returns. */
  forward(work: () => Tensor): Tensor {
    const around = (module: Module, forward: () => Tensor) => {
      const y = forward();
      // What a layer returns as it got it, from its last inner layer for instance, is that one's.
      if (this.#outputs.has(y)) return y;
      const name = module.path || module.constructor.name;
      this.#outputs.set(y, name);
      this.tensors.push(probed('activation', name, y));
      return y;
    };
    return aroundForward([this.#model], around, work);
  }

  /**
   * Run the backward pass, and look at the gradients of what layers returned, and of parameters.
   * @param scale what the loss is multiplied by
   */
  backward(work: () => void, scale?: Tensor): void {
    watchingGradients((output, gradient) => {
      const name = this.#outputs.get(output);
      if (name !== undefined) this.tensors.push(probed('outputGradient', name, gradient));
    }, work);
    for (const [name, { grad }] of this.#model.namedParameters()) {
      if (grad) this.tensors.push(probed('gradient', name, grad));
    }
    if (scale) this.tensors.push(probed('scale', 'scale', scale));
  }
}

/** What the last run of a program gathered; gradients as they are of the loss itself. */
export async function readProbes(tensors: readonly ProbedTensor[]): Promise<Probe[]> {
  if (tensors.length === 0) return [];
  const words = await arrays(...tensors.map(({ parts }) => parts));
  const found = tensors.map(({ probe, name, count }, index) => ({
    ...{ probe, name },
    ...joinStatistics(count, words[index]!),
  }));
  const scale = found.find(({ probe }) => probe === 'scale')?.mean ?? 1;
  return found.flatMap(({ probe, ...one }): Probe[] => {
    if (probe === 'scale') return [];
    return [{ probe, ...one, ...(probe !== 'activation' && unscaled(one, scale)) }];
  });
}

const unscaled = ({ mean, deviation, least, most }: ArrayStatistics, scale: number) => ({
  mean: mean / scale,
  deviation: deviation / scale,
  least: least / scale,
  most: most / scale,
});
