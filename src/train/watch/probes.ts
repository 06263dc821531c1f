/**
 * Probes: what the numbers are like that pass through a net, gathered by the very step that trains it. A step's program has the
 * launches that gather them recorded among its own; a run that does not ask for them leaves them out.
 */
import { type ArrayStatistics, gatherStatistics, joinStatistics } from '../../kernels/array-statistics.js';
import { aroundForward } from '../../nn/around-forward.js';
import type { Module } from '../../nn/module.js';
import { arrays } from '../../tensor/items.js';
import type { Tensor } from '../../tensor/tensor.js';

/** What a tensor is to a net: what a layer made of its input, or the gradient of the loss by a parameter. */
export const PROBE_KINDS = ['activation', 'gradient'] as const;
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
  /** Layers in the order in which they were done, then parameters. */
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

/** Run a forward pass, and have the statistics gathered of what each layer of the model returns. */
export function probeActivations(
  model: Module,
  forward: () => Tensor,
): { readonly output: Tensor; readonly activations: ProbedTensor[] } {
  const activations: ProbedTensor[] = [];
  const seen = new Set<Tensor>();
  const output = aroundForward(
    [model],
    (module, forward) => {
      const y = forward();
      // What a layer returns as it got it, from its last inner layer for instance, is that one's.
      if (!seen.has(y)) activations.push(probed('activation', module.path || module.constructor.name, y));
      seen.add(y);
      return y;
    },
    forward,
  );
  return { output, activations };
}

/**
 * Have the statistics gathered of the gradients that a model's parameters have.
 * @param scale what the loss was multiplied by
 */
export function probeGradients(model: Module, scale?: Tensor): ProbedTensor[] {
  const gradients = [...model.namedParameters()].flatMap(([name, { grad }]) =>
    grad ? [probed('gradient', name, grad)] : [],
  );
  return scale ? [...gradients, probed('scale', 'scale', scale)] : gradients;
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
    return [probe === 'gradient' ? { probe, ...one, ...unscaled(one, scale) } : { probe, ...one }];
  });
}

const unscaled = ({ mean, deviation, least, most }: ArrayStatistics, scale: number) => ({
  mean: mean / scale,
  deviation: deviation / scale,
  least: least / scale,
  most: most / scale,
});
