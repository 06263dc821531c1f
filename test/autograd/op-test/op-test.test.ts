import { describe, expect, it } from 'vitest';
import * as dg from '../../../src/index.js';
import { random64 } from '../../reference/random.js';
import { useDevice } from '../../support/device.js';
import { upload } from '../../support/expect-op.js';

const gpu = useDevice();

const caseOf = (reference: dg.OpCase['reference'], shape: number[] = [2, 3, 2, 3]): dg.OpCase => ({
  name: 'a case',
  inputs: [upload(gpu.device, random64(shape, 1))],
  reference,
});

const elementwise =
  (f: (x: number) => number) =>
  ({ shape, data }: dg.Values): dg.Values => ({ shape, data: data.map(f) });

/** y = x^2 + x, dx = (2x + 1) dy. */
const specification = elementwise((x) => x * x + x);
const forward = (x: dg.Tensor) => x.multiply(x).add(x);
const back = (x: dg.Tensor, dy: dg.Tensor) => x.multiply(2).add(1).multiply(dy);

/** This op, one part of which may be another. */
function squarePlus(
  parts: { forward?: typeof forward; back?: typeof back; options?: (x: dg.Tensor) => dg.TapeOptions } = {},
) {
  return (x: dg.Tensor): dg.Tensor => {
    const y = dg.noGrad(() => (parts.forward ?? forward)(x));
    const options = (parts.options ?? ((x) => ({ reads: [x] })))(x);
    return dg.putOnTape('squarePlus', y, [x], (dy) => [(parts.back ?? back)(x, dy)], options);
  };
}

/** max(x, 0), which makes 0 of NaN. */
const kernel = dg.defineKernel({
  name: 'careless',
  shader: new URL('../../support/careless.wgsl', import.meta.url),
  entryPoint: 'careless',
  bindings: { x: 'read', y: 'write' },
  params: { size: 'u32' },
  grid: ({ size }) => [Math.ceil(size / 64), 1, 1],
});
function careless(x: dg.Tensor): dg.Tensor {
  const y = new dg.Tensor(x.device, x.shape);
  dg.launch(kernel, { x, y }, { size: x.size });
  return y;
}

/** x, but for 0 where that is NaN: max(x, 0) - max(-x, 0). */
const withoutNaN = (x: dg.Tensor) => careless(x).subtract(careless(x.scale(-1)));

describe('opTest', () => {
  it('refuses to test nothing', async () => {
    await expect(dg.opTest(dg.exp, [])).rejects.toThrow(
      new dg.ArgumentError(
        'opTest',
        'the number of cases',
        'is 0',
        'it must be a whole number of at least 1',
      ),
    );
    const empty = { inputs: [dg.zeros(gpu.device, [0])], reference: elementwise(Math.exp) };
    await expect(dg.opTest(dg.exp, [empty])).rejects.toThrow(
      /^opTest: case 0: inputs are all empty; .*give one of them elements$/,
    );
  });

  it('lets a right op pass, with gradients that it works out or is given', async () => {
    const gradients: dg.OpCase['gradients'] = (dy, { shape, data }) => [
      { shape, data: data.map((x, i) => (2 * x + 1) * dy.data[i]!) },
    ];
    const cases = [[2, 3, 2, 3], [7], []].map((shape) => caseOf(specification, shape));
    await dg.opTest(squarePlus(), [...cases, ...cases.map((one) => ({ ...one, gradients }))]);
  });

  it('lets an op pass that is a ReLU, and one that applies the mask of one', async () => {
    await dg.opTest(dg.relu, [caseOf(elementwise((x) => (x < 0 ? 0 : x)))]);
    const largest = ({ data }: dg.Values): dg.Values => {
      const pairs = Float64Array.from({ length: data.length / 2 }, (_, i) =>
        Math.max(data[2 * i]!, data[2 * i + 1]!),
      );
      return { shape: [2, 3, 2, 2], data: pairs };
    };
    await dg.opTest((x) => dg.maxPool2d(x, { kernelSize: [1, 2] }), [caseOf(largest, [2, 3, 2, 4])]);
  });

  it('leaves what the inputs of a case are alone', async () => {
    const one = caseOf(specification);
    const [x] = one.inputs as [dg.Tensor];
    const before = await x.toArray();
    await dg.opTest(squarePlus(), [one]);
    expect(await x.toArray()).toEqual(before);
    expect([x.grad, x.requiresGrad]).toEqual([null, false]);
  });

  it('asks for nothing but the output of an op on integers', async () => {
    const labels = dg.from(gpu.device, [1, 2, 3], 'u32');
    await dg.opTest((x) => dg.reshape(x, [3]), [{ inputs: [labels], reference: (x) => x }]);
  });

  it('gives back all memory that it takes', async () => {
    const one = caseOf(specification);
    const { used } = gpu.device.memory;
    await dg.opTest(squarePlus(), [one]);
    expect(gpu.device.memory.used).toBe(used);
  });

  let calls = 0;
  it.each<[string, (x: dg.Tensor) => dg.Tensor, string]>([
    [
      'a wrong result',
      squarePlus({ forward: (x) => x.multiply(x) }),
      'opTest: a case: the output: 36 of 36 values beyond the bound; the worst, at index',
    ],
    [
      'an output of another shape',
      (x) => squarePlus()(x.reshape([36])),
      'opTest: a case: the output is [36], expected [2, 3, 2, 3]',
    ],
    [
      'a gradient of half the size',
      squarePlus({ back: (x, dy) => back(x, dy).scale(0.5) }),
      'opTest: a case: the gradient of input 0: 36 of 36 values beyond the bound; the worst, at index',
    ],
    [
      'an op that is not on the tape',
      (x) => dg.noGrad(() => forward(x)),
      'opTest: a case: the op is not on the tape; see putOnTape',
    ],
    [
      'an input that the backward pass reads and does not name',
      squarePlus({ options: () => ({ reads: [] }) }),
      'squarePlus: its backward pass uses the values of input 0, a tensor [2, 3, 2, 3], which `reads` does not name',
    ],
    [
      'an input that is written to',
      (x) => {
        const before = dg.noGrad(() => x.scale(1));
        const y = squarePlus({ back: (_, dy) => back(before, dy), options: () => ({ reads: [] }) })(x);
        x.write(new Float32Array(36).fill(1));
        return y;
      },
      'opTest: a case: input 0 has other values afterwards; an op leaves its inputs alone',
    ],
    [
      'a mask that is said to be applied, and is not',
      squarePlus({ options: (x) => ({ reads: [x], appliesMaskOf: x }) }),
      'opTest: a case: behind a ReLU: the gradient of input 0: ',
    ],
    [
      'NaN that gets lost on its way forward',
      squarePlus({ forward: (x) => forward(withoutNaN(x)) }),
      'opTest: a case: with NaN in the middle of input 0, the output: at index 18 [1, 0, 0, 0] 0, expected NaN',
    ],
    [
      'NaN that gets lost on its way back',
      squarePlus({ back: (x, dy) => back(x, withoutNaN(dy)) }),
      'opTest: a case: with NaN in the middle of the gradient of the output, the gradient of input 0: at index 18',
    ],
    [
      'a result that depends on how often the op was called',
      squarePlus({ forward: (x) => forward(x).add(1e-7 * (calls++ % 8)) }),
      'opTest: a case: recorded',
    ],
  ])('finds %s', async (_, op, message) => {
    await expect(dg.opTest(op, [caseOf(specification)])).rejects.toThrow(message);
  });
});
