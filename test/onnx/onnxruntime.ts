/** onnxruntime, which the project does not need otherwise: its package is large. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll } from 'vitest';
import { useDirectory } from '../support/directory.js';

interface Runtime {
  readonly Tensor: new (type: string, values: Values, dims: readonly number[]) => object;
  readonly InferenceSession: {
    create(path: string): Promise<{
      readonly inputNames: readonly string[];
      run(
        feeds: Readonly<Record<string, object>>,
      ): Promise<Record<string, { data: Float32Array; dims: number[] }>>;
    }>;
  };
}

type Values = Float32Array | Uint8Array | BigInt64Array;

/** What each kind of array holds, in its words. */
const TYPES = { Float32Array: 'float32', Uint8Array: 'uint8', BigInt64Array: 'int64' };

/** What onnxruntime makes of a file's input. */
export type Run = (
  path: string,
  values: Values,
  shape: readonly number[],
) => Promise<{ readonly values: Float32Array; readonly shape: readonly number[] }>;

/** Install it for the tests of a file. */
export function useOnnxRuntime(): { readonly run: Run } {
  const directory = useDirectory();
  let runtime: Runtime;
  beforeAll(() => {
    writeFileSync(directory.file('package.json'), '{ "private": true }\n');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', 'onnxruntime-node@1.30'], {
      cwd: directory.path,
      // What runs on the CPU is in the package.
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
    });
    runtime = createRequire(directory.file('package.json'))('onnxruntime-node') as Runtime;
  });
  return {
    async run(path, values, shape) {
      const session = await runtime.InferenceSession.create(path);
      const type = TYPES[values.constructor.name as keyof typeof TYPES];
      const [input] = session.inputNames;
      const { output } = await session.run({ [input!]: new runtime.Tensor(type, values, shape) });
      return { values: output!.data, shape: output!.dims };
    },
  };
}
