/**
 * TensorFlow.js turns the threads of its WebAssembly back end off in Node, where three things stop them. Here they are put
 * right: its workers are started from `blob:` addresses, which Node does not take; a worker loads its script from another
 * one; and it uses half of the processors that it counts, taking the other half for hyper-threads.
 *
 * The packages look these things up when they start, so this must run before they are loaded.
 */
const THREADED = '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd';

/** @param {NodeJS.Require} require of a module here */
export function prepareThreads(require) {
  const threads = require('node:worker_threads');
  const os = require('node:os');

  // The text was written to be embedded in another script: its line ends are to be read as `\n` again.
  const text = require(`${THREADED}.worker.js`).wasmWorkerContents.replaceAll('\n', '\\n');
  const script = JSON.stringify(require.resolve(`${THREADED}.js`));
  const code = text.replace('importScripts(objectUrl)', `importScripts(${script})`);
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(file, options) {
      const fromBlob = String(file).startsWith('blob:');
      super(fromBlob ? code : file, fromBlob ? { ...options, eval: true } : options);
    }
  };

  const processors = os.cpus();
  os.cpus = () => [...processors, ...processors];
}
