import { replaceFile } from '../../files/write-file.js';
import { type Checkpoint, netState } from './checkpoint.js';
import { encodeVerified } from './verified.js';
import { FOR_PYTHON } from './weights.js';

/**
 * Write the net of a checkpoint alone, as `saveWeights` does: without what the optimizer remembers, and averaged where the run keeps
 * an average of the weights.
 * @returns how many tensors that are, and how many numbers
 * @throws FileError when the disk refuses; the old file stays then
 */
export function exportWeights(path: string, checkpoint: Checkpoint): { tensors: number; numbers: number } {
  const tensors = netState(checkpoint);
  replaceFile(path, encodeVerified({ tensors, metadata: FOR_PYTHON }));
  const numbers = [...tensors.values()].reduce((sum, { values }) => sum + values.length, 0);
  return { tensors: tensors.size, numbers };
}
