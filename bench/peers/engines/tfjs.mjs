/**
 * TensorFlow.js, on the back end that is given as argument: `webgpu` (over Dawn) or `wasm` (see `tfjs-wasm.mjs`).
 * Its layout is NHWC, weights `[rows, columns, inputs, outputs]`.
 */
import { createRequire } from 'node:module';
import { adapterName, installWebGPU } from './dawn.mjs';

/** From PyTorch's layout to NHWC, and from its weights' to TensorFlow's; and back. */
const TO_NHWC = [0, 2, 3, 1];
const FROM_NHWC = [0, 3, 1, 2];
const TO_HWIO = [2, 3, 1, 0];
const FROM_HWIO = [3, 2, 0, 1];

// The packages' CommonJS builds: their ES modules import without file names, which Node refuses.
const require = createRequire(import.meta.url);

const BACKENDS = {
  async webgpu() {
    // The back end registers itself only where it finds a `navigator.gpu`.
    const gpu = installWebGPU();
    const tf = require('@tensorflow/tfjs');
    require('@tensorflow/tfjs-backend-webgpu');
    await tf.setBackend('webgpu');
    const backend = tf.backend();
    const wait = () => {
      backend.endComputePassEncoder();
      backend.submitQueue();
      return backend.device.queue.onSubmittedWorkDone();
    };
    return { tf, wait, adapter: await adapterName(gpu) };
  },
  async wasm() {
    const { startWasm } = await import('./tfjs-wasm.mjs');
    // Its kernels are done when they return.
    return { ...(await startWasm(require)), wait: async () => {} };
  },
};

export async function open(backendName) {
  const { tf, wait, adapter } = await BACKENDS[backendName]();

  /** An array of a case on the device, its axes permuted. */
  const tensor = ({ values, shape }, axes) =>
    tf.tidy(() => {
      const plain = tf.tensor(values, shape, 'float32');
      return axes ? tf.transpose(plain, axes) : plain;
    });
  const placed = (name, array) => tensor(array, name === 'weight' ? TO_HWIO : TO_NHWC);

  /** The network's weights as variables, and its loss on the case's batch. */
  function model({ net }, arrays) {
    const weights = net.blocks.flat().map(({ name }) => [
      name,
      {
        filter: tf.variable(tensor(arrays.get(`${name}.weight`), TO_HWIO)),
        bias: tf.variable(tensor(arrays.get(`${name}.bias`))),
      },
    ]);
    const variables = Object.fromEntries(weights);
    const images = tensor(arrays.get('images'), TO_NHWC);
    const labels = tf.tidy(() =>
      tf.cast(tf.oneHot(tf.cast(tensor(arrays.get('labels')), 'int32'), 10), 'float32'),
    );

    const loss = () => {
      let x = images;
      net.blocks.forEach((block, index) => {
        // 'same' is the ceil mode here: the last window hangs over the right and lower border.
        if (index > 0) x = tf.maxPool(x, 3, 2, 'same');
        for (const { name, padding, relu } of block) {
          const activation = relu ? 'relu' : 'linear';
          x = tf.fused.conv2d({ x, ...variables[name], strides: 1, pad: padding, activation });
        }
      });
      return tf.losses.softmaxCrossEntropy(labels, tf.mean(x, [1, 2]));
    };
    const release = () => tf.disposeVariables();
    return { loss, release: () => [release(), tf.dispose([images, labels])] };
  }

  function stepWork(step, release) {
    let last;
    return {
      start() {
        last?.dispose();
        last = tf.tidy(step);
      },
      finish: async () => (await last.data())[0],
      release,
    };
  }

  /** `compute` is one kernel; `back` are the axes that bring its result to PyTorch's layout. */
  function kernelWork(tensors, compute, back) {
    let last;
    return {
      start() {
        last?.dispose();
        last = tf.tidy(() => compute(tensors));
      },
      finish: wait,
      result: () => tf.tidy(() => (back ? tf.transpose(last, back) : last.clone())).data(),
      release: () => tf.dispose([last, tensors]),
    };
  }
  const placeAll = (arrays) =>
    Object.fromEntries([...arrays].map(([name, array]) => [name, placed(name, array)]));

  const run = (kernel, inputs, attributes) =>
    tf.engine().runKernel(kernel, inputs, { strides: [1, 1], dataFormat: 'NHWC', ...attributes });

  return {
    version: tf.version_core,
    adapter,
    works: {
      train(wanted, arrays) {
        const { lr, momentum } = wanted.net;
        const { loss, release } = model(wanted, arrays);
        const optimizer = tf.train.momentum(lr, momentum);
        return stepWork(() => optimizer.minimize(loss, true), release);
      },
      forward(wanted, arrays) {
        const { loss, release } = model(wanted, arrays);
        return stepWork(loss, release);
      },
      convForward: ({ conv }, arrays) =>
        kernelWork(placeAll(arrays), ({ x, weight }) => tf.conv2d(x, weight, 1, conv.padding), FROM_NHWC),
      convInputGradient({ conv, batch }, arrays) {
        const attributes = {
          pad: conv.padding,
          inputShape: [batch, conv.size, conv.size, conv.inputs],
        };
        const compute = ({ dy, weight }) => run('Conv2DBackpropInput', { dy, filter: weight }, attributes);
        return kernelWork(placeAll(arrays), compute, FROM_NHWC);
      },
      convWeightGradient({ conv }, arrays) {
        const { kernelSize, inputs, outputs, padding } = conv;
        const attributes = { pad: padding, filterShape: [kernelSize, kernelSize, inputs, outputs] };
        const compute = ({ dy, x }) => run('Conv2DBackpropFilter', { x, dy }, attributes);
        return kernelWork(placeAll(arrays), compute, FROM_HWIO);
      },
      matmul(_, arrays) {
        const tensors = { a: tensor(arrays.get('a')), b: tensor(arrays.get('b')) };
        return kernelWork(tensors, ({ a, b }) => tf.matMul(a, b));
      },
    },
  };
}
