/** The project itself: `dist/`, or the build that DAWNGRAD_DIST names. NCHW throughout. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const dist = process.env.DAWNGRAD_DIST ?? join(root, 'dist');

export async function open() {
  if (!existsSync(dist)) throw new Error(`${dist} is missing: npm run build`);
  const load = (file) => import(pathToFileURL(join(dist, file)));
  const dawngrad = await load('index.js');
  const convolution = await load('kernels/products/conv2d.js');
  const gradients = await load('kernels/products/conv2d-parameter-gradients.js');
  const { windowOf } = await load('tensor/shape.js');
  const { matmul, SGD, tidy } = dawngrad;
  const device = await dawngrad.Device.create();

  const tensor = ({ values, shape }) => dawngrad.fromArray(device, values, shape);

  /** A model with the case's weights, and its loss on the case's batch. */
  function model({ net, batch }, arrays) {
    const model = dawngrad.models
      .get('nin-cifar10')
      .build(device, { width: net.width, dropout: 0, linearHead: true });
    const parameters = new Map([...arrays].filter(([name]) => name.startsWith('block')));
    model.loadStateDict(parameters);
    const images = tensor(arrays.get('images'));
    const labels = dawngrad.fromArray(device, Uint32Array.from(arrays.get('labels').values), [batch]);
    const loss = () => dawngrad.crossEntropy(model.forward(images), labels).loss;
    const release = () => {
      for (const each of [images, labels, ...model.parameters()]) each.dispose();
      device.trim();
    };
    return { model, loss, release };
  }

  /** A work with a loss, which `step` computes; recorded once, then run again and again. */
  function stepWork(step, release) {
    let program;
    return {
      start() {
        program ??= device.record(() => tidy(device, step));
        program.run();
      },
      finish: () => program.result.item(),
      release() {
        program?.dispose();
        release();
      },
    };
  }

  /** A work without: `compute` gets the case's arrays as tensors. */
  function kernelWork(arrays, compute) {
    const tensors = Object.fromEntries([...arrays].map(([name, array]) => [name, tensor(array)]));
    let last;
    return {
      start() {
        last?.dispose();
        last = compute(tensors);
      },
      finish: () => device.synchronize(),
      result: () => last.toArray(),
      release() {
        for (const each of [last, ...Object.values(tensors)]) each?.dispose();
        device.trim();
      },
    };
  }

  const windowOfCase = ({ kernelSize, padding }) =>
    windowOf('conv2d', { kernelSize: [kernelSize, kernelSize], padding });

  return {
    version: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
    adapter: device.adapter,
    works: {
      train(wanted, arrays) {
        const { lr, momentum } = wanted.net;
        const { model: net, loss, release } = model(wanted, arrays);
        const optimizer = new SGD(net.parameters(), { lr, momentum });
        const step = () => {
          const value = loss();
          optimizer.zeroGrad();
          value.backward();
          optimizer.step();
          return value;
        };
        return stepWork(step, release);
      },
      forward(wanted, arrays) {
        const { loss, release } = model(wanted, arrays);
        return stepWork(() => dawngrad.noGrad(loss), release);
      },
      convForward({ conv }, arrays) {
        const window = windowOfCase(conv);
        return kernelWork(arrays, ({ x, weight }) => convolution.conv2d(x, weight, null, window));
      },
      convInputGradient({ conv, batch }, arrays) {
        const window = windowOfCase(conv);
        const shape = [batch, conv.inputs, conv.size, conv.size];
        return kernelWork(arrays, ({ dy, weight }) =>
          convolution.conv2dInputGradient(dy, weight, shape, window),
        );
      },
      convWeightGradient({ conv }, arrays) {
        const window = windowOfCase(conv);
        const shape = [conv.outputs, conv.inputs, conv.kernelSize, conv.kernelSize];
        return kernelWork(
          arrays,
          ({ dy, x }) => gradients.conv2dParameterGradients(dy, x, shape, window, false).weight,
        );
      },
      matmul: (_, arrays) => kernelWork(arrays, ({ a, b }) => matmul(a, b)),
    },
  };
}
