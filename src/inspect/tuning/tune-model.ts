/** Measures which kernels are the fastest for a model on this device, for all matrix products that training it takes. */
import { crossEntropy } from '../../autograd/ops/losses/cross-entropy.js';
import { backward, noGrad } from '../../autograd/tape.js';
import type { Device } from '../../gpu/device.js';
import type { Launch } from '../../gpu/program/launch.js';
import {
  measuredTablePath,
  measuredTableText,
  readMeasuredTable,
  subjectOf,
} from '../../kernels/products/choice/measured-table.js';
import { productsOf, type SeenProduct } from '../../kernels/products/choice/seen-products.js';
import { storedDType } from '../../kernels/stored-dtype.js';
import type { Module } from '../../nn/module.js';
import { Tensor } from '../../tensor/tensor.js';
import { tidy } from '../../tensor/tidy.js';
import type { RunConfig } from '../../train/recipes/config.js';
import { modelOf } from '../../train/recipes/find-model.js';
import { buildModel, EVALUATION_BATCH } from '../../train/run/session.js';
import { measurementsOf, type Tuning } from './tuner.js';

/** The distinct products of a training step and of an evaluation step of a run with this config. Nothing is computed. */
export function productsOfRun(config: RunConfig, device: Device): readonly SeenProduct[] {
  const model = buildModel(config, device);
  return productsOf(device, () => {
    planTraining(config, model, device);
    model.zeroGrad();
    model.eval();
    device.plan(() => tidy(device, () => noGrad(() => void lossOf(config, model, device, EVALUATION_BATCH))));
  });
}

/** What a training step of a run with this config launches, without the update, and its distinct products. Nothing is computed. */
export function trainingStep(
  config: RunConfig,
  device: Device,
): { readonly launches: readonly Launch[]; readonly products: readonly SeenProduct[] } {
  let launches: readonly Launch[] = [];
  const model = buildModel(config, device);
  const products = productsOf(device, () => {
    launches = planTraining(config, model, device);
  });
  model.zeroGrad();
  return { launches, products };
}

function planTraining(config: RunConfig, model: Module, device: Device): readonly Launch[] {
  model.train();
  return device.plan(() => tidy(device, () => backward(lossOf(config, model, device, config.batch))))
    .launches;
}

/** That of blank images. */
function lossOf(config: RunConfig, model: Module, device: Device, count: number): Tensor {
  const { input } = modelOf(config);
  const images = new Tensor(device, [count, ...input], storedDType(device));
  const labels = new Tensor(device, [count], 'u32');
  return crossEntropy(model.forward(images), labels).loss;
}

/** Where measurements are kept, and the content of that file with new ones in addition to what it has. */
export function tableWith(device: Device, tuning: Tuning): { path: string; text: string } {
  const { products } = readMeasuredTable(device);
  const subject = subjectOf(device);
  const text = measuredTableText(subject, { ...products, ...measurementsOf(tuning) });
  return { path: measuredTablePath(subject), text };
}
