/** Measures which kernels are the fastest for a model on this device, for all matrix products that training it takes. */
import { crossEntropy } from '../autograd/ops/cross-entropy.js';
import { backward, noGrad } from '../autograd/tape.js';
import type { Device } from '../gpu/device.js';
import { measuredTableText, subjectOf } from '../kernels/tuning/measured-table.js';
import { productsOf, readMeasuredTable, type SeenProduct } from '../kernels/tuning/tuned-variant.js';
import { measurementsOf, type Tuning } from '../kernels/tuning/tuner.js';
import type { ModelEntry } from '../nn/models/model.js';
import { Tensor } from '../tensor/tensor.js';
import { tidy } from '../tensor/tidy.js';

/** The distinct products of a training step of `batch` images and of an evaluation step. Nothing is computed. */
export function productsOfModel(
  { build, input }: ModelEntry,
  device: Device,
  { training, evaluation }: { training: number; evaluation: number },
): readonly SeenProduct[] {
  const model = build(device);
  const loss = (count: number) => {
    const images = new Tensor(device, [count, ...input]);
    const labels = new Tensor(device, [count], 'u32');
    return crossEntropy(model.forward(images), labels).loss;
  };
  return productsOf(device, () => {
    model.train();
    device.plan(() => tidy(device, () => backward(loss(training))));
    model.zeroGrad();
    model.eval();
    device.plan(() => tidy(device, () => noGrad(() => void loss(evaluation))));
  });
}

/** Where measurements are kept, and the content of that file with new ones in addition to what it has. */
export function tableWith(device: Device, tuning: Tuning): { path: string; text: string } {
  const { path, products } = readMeasuredTable(device);
  const subject = subjectOf(device.adapter);
  return { path, text: measuredTableText(subject, { ...products, ...measurementsOf(tuning) }) };
}
