/**
 * TensorFlow.js's WebAssembly back end, with SIMD and threads. It lacks one kernel that training a convolution needs, the
 * gradient of its filter, so here is one composed of the ops that it has.
 */
import { availableParallelism } from 'node:os';
import { dirname, sep } from 'node:path';
import { prepareThreads } from './tfjs-wasm-threads.mjs';

/** Resolves to TensorFlow.js's module and what it runs on. */
export async function startWasm(require) {
  prepareThreads(require);
  const tf = require('@tensorflow/tfjs');
  const wasm = require('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', true);
  wasm.setThreadsCount(availableParallelism());
  await tf.setBackend('wasm');
  registerFilterGradient(tf);
  return { tf, adapter: `wasm, SIMD, ${wasm.getThreadsCount()} threads` };
}

/**
 * dw[ky][kx][c][o] = sum over n, y, x of input[n][y + ky - pad][x + kx - pad][c] dy[n][y][x][o]
 *
 * is itself a convolution (of stride 1): of the input with channels in the batch's place by dy as the filter.
 */
function registerFilterGradient(tf) {
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc({ inputs: { x, dy }, attrs: { strides, pad } }) {
      if ([strides].flat().some((stride) => stride !== 1)) throw new Error('only stride 1 is written');
      return tf.tidy(() => {
        const images = tf.transpose(x, [3, 1, 2, 0]);
        const filter = tf.transpose(dy, [1, 2, 0, 3]);
        return tf.transpose(tf.conv2d(images, filter, 1, pad), [1, 2, 0, 3]);
      });
    },
  });
}
