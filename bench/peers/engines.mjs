/** The engines by name, and how to start the process of each. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What everything else is compared with. */
export const OURS = 'dawngrad';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

const node = (module, ...args) => ({
  command: [process.execPath, file('serve.mjs'), file(`engines/${module}.mjs`), ...args],
});

/** Exits with 0 where there is PyTorch: looked for, not loaded, which takes seconds. */
const HAS_TORCH = 'import importlib.util, sys; sys.exit(importlib.util.find_spec("torch") is None)';

/** The first Python that has PyTorch. */
function python() {
  const has = (program) => spawnSync(program, ['-c', HAS_TORCH]).status === 0;
  return ['python3', '/usr/bin/python3'].find(has);
}

let found;

/** The command of a Python that has PyTorch; empty where there is none. */
export const pythonWithTorch = () => {
  found ??= python() ?? '';
  return found;
};

const pytorch = (device) => {
  const program = pythonWithTorch();
  return program ? { command: [program, file('engines/pytorch.py'), device] } : null;
};

/** Each gives `{ command, env }`, or null where the engine is not installed; ours may be given a precision. */
const ENGINES = {
  [OURS]: (precision) => node('dawngrad', ...(precision ? [precision] : [])),
  'tfjs-webgpu': () => node('tfjs', 'webgpu'),
  'jax-js-webgpu': () => node('jax-js', 'webgpu'),
  'tfjs-wasm': () => node('tfjs', 'wasm'),
  'jax-js-wasm': () => node('jax-js', 'wasm'),
  'pytorch-cpu': () => pytorch('cpu'),
  'pytorch-cuda': () => pytorch('cuda'),
  'pytorch-cuda-tf32': () => pytorch('cuda-tf32'),
  'pytorch-amp': () => pytorch('cuda-amp'),
};

export const engineNames = Object.keys(ENGINES);

export const commandOf = (name, precision) => ENGINES[name](precision);

/** Those that round what they multiply, ours apart: they cannot come as near as others. */
export const ROUNDING = ['pytorch-amp'];
