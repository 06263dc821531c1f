/** Measures which kernels are the fastest for a model on this device, for all matrix products that training it takes. */
import { crossEntropy } from '../../autograd/ops/cross-entropy.js';
import { backward, noGrad } from '../../autograd/tape.js';
import type { Device } from '../../gpu/device.js';
import {
  measuredTableText,
  readMeasuredTable,
  subjectOf,
} from '../../kernels/products/choice/measured-table.js';
import { productsOf, type SeenProduct } from '../../kernels/products/choice/seen-products.js';
import { storedDType } from '../../kernels/stored-dtype.js';
import { Tensor } from '../../tensor/tensor.js';
import { tidy } from '../../tensor/tidy.js';
import type { RunConfig } from '../../train/recipes/config.js';
import { findModel } from '../../train/recipes/find-model.js';
import { buildModel, EVALUATION_BATCH } from '../../train/run/session.js';
import { measurementsOf, type Tuning } from './tuner.js';

/** The distinct products of a training step and of an evaluation step of a run with this config. Nothing is computed. */
export function productsOfRun(config: RunConfig, device: Device): readonly SeenProduct[] {
  const { input } = findModel(config.model);
  const model = buildModel(config, device);
  const loss = (count: number) => {
    const images = new Tensor(device, [count, ...input], storedDType(device));
    const labels = new Tensor(device, [count], 'u32');
    return crossEntropy(model.forward(images), labels).loss;
  };
  return productsOf(device, () => {
    model.train();
    device.plan(() => tidy(device, () => backward(loss(config.batch))));
    model.zeroGrad();
    model.eval();
    device.plan(() => tidy(device, () => noGrad(() => void loss(EVALUATION_BATCH))));
  });
}

/** Where measurements are kept, and the content of that file with new ones in addition to what it has. */
export function tableWith(device: Device, tuning: Tuning): { path: string; text: string } {
  const { path, products } = readMeasuredTable(device);
  const subject = subjectOf(device);
  return { path, text: measuredTableText(subject, { ...products, ...measurementsOf(tuning) }) };
}
