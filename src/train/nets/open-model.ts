/** Builds the net of a config, be it one of this package or of the user's own. */
import { noGrad } from '../../autograd/tape.js';
import type { Device } from '../../gpu/device.js';
import { storedDType } from '../../kernels/stored-dtype.js';
import { Module } from '../../nn/module.js';
import { formatShape, type Shape, sameShape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { tidy } from '../../tensor/tidy.js';
import type { RunConfig } from '../recipes/config.js';
import { refuseForeignOptions } from '../recipes/contradictions.js';
import { modelOf } from '../recipes/find-model.js';
import { RunError } from '../run/run-error.js';
import { buildModel } from './build-model.js';
import { failure, importNet, kindOf, settled } from './import-net.js';
import { isNetFile } from './net-file.js';

const refuse = (problem: string): never => {
  throw new RunError(`${problem}; change it back, or begin a new run with it`);
};

/**
 * The net of a config with its first weights, which follow from the device's seed. A net of the user's own is imported, built, and
 * tried on images that are not there: nothing is computed.
 * @param changed is told, or throws, when the file of a net is another than the config says (default: that is refused)
 * @throws RunError when the file cannot be used, names what is wrong; DawngradError when an option contradicts the architecture
 */
export async function openModel(
  config: RunConfig,
  device: Device,
  changed: (problem: string) => void = refuse,
): Promise<Module> {
  const { model: path, modelSha256 } = config;
  if (!isNetFile(path)) return buildModel(config, device);
  refuseForeignOptions(config);
  const { input, classes } = modelOf(config);
  const [channels, height, width] = input;
  const builder = await importNet(path, modelSha256, changed);
  let net: unknown;
  try {
    net = await settled(builder(device, { input: { channels, height, width }, classes }));
  } catch (error) {
    device.check();
    throw failure(path, 'building the net failed', error);
  }
  if (!(net instanceof Module)) throw new RunError(`${path}: ${strange(net)}`);
  if (net.parameters().length === 0) {
    throw new RunError(`${path}: its net has no parameters to train; put its layers into public fields`);
  }
  for (const { training, batch } of TRIALS) {
    const images = [batch, ...input];
    const shape = outputShape(path, net.train(training), device, images);
    if (sameShape(shape, [batch, classes])) continue;
    throw new RunError(
      `${path}: its net makes ${formatShape(shape)} of images ${formatShape(images)}; ` +
        `expected [batch, classes], here ${formatShape([batch, classes])}`,
    );
  }
  return net.train();
}

/** Two sizes of batches: a net may be written for the one that it was tried with. */
const TRIALS = [
  { training: true, batch: 2 },
  { training: false, batch: 3 },
];

/** The shape of what a net makes of images that are not there. */
function outputShape(path: string, net: Module, device: Device, images: Shape): Shape {
  let output: unknown;
  try {
    device.plan(() =>
      tidy(device, () => {
        output = noGrad(() => net.forward(new Tensor(device, images, storedDType(device))));
      }),
    );
  } catch (error) {
    device.check();
    throw failure(path, `its net does not take images ${formatShape(images)}`, error);
  }
  if (output instanceof Tensor) return output.shape;
  throw new RunError(
    `${path}: its net's forward returns ${kindOf(output)}; it must return a Tensor, at once`,
  );
}

/** Why what a user's function returned is no net. */
function strange(net: unknown): string {
  const like = typeof net === 'object' && net !== null && 'forward' in net && 'stateDict' in net;
  return like
    ? "its net is a Module of another copy of dawngrad; import it as 'dawngrad', which leads to the one that runs"
    : `its function returned ${kindOf(net)}; it must return a Module`;
}
