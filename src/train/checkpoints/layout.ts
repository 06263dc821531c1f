/** Where in a checkpoint's file what is, by the beginnings of its tensors' names. */
import type { HostTensor } from './safetensors.js';

export const MODEL = 'model.';
export const OPTIMIZER = 'optimizer.';
/** The average of the weights, in a run that averages them. */
export const AVERAGE = 'average.';
export const RANDOM = 'random';
/** The metadata entry with all that is not a tensor, as JSON. */
export const STATE = 'dawngrad';

/** The tensors whose names begin with `prefix`, without it. */
export function below(tensors: ReadonlyMap<string, HostTensor>, prefix: string): Map<string, HostTensor> {
  const chosen = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(chosen.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

/** Which of a checkpoint's nets is scored, and used later: the average, where there is one. */
export const scoredNet = (tensors: ReadonlyMap<string, HostTensor>): string =>
  [...tensors.keys()].some((name) => name.startsWith(AVERAGE)) ? AVERAGE : MODEL;
