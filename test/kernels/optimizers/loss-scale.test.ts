import { describe, expect, it } from 'vitest';
import { adamHyper, adamStep } from '../../../src/kernels/optimizers/adam.js';
import {
  findNotFinite,
  LOSS_SCALE_SIZE,
  unscaleGradient,
} from '../../../src/kernels/optimizers/loss-scale.js';
import { fromArray, zeros } from '../../../src/tensor/create.js';
import { random64 } from '../../reference/random.js';
import { expectClose } from '../../support/close.js';
import { useDevice } from '../../support/device.js';
import { upload } from '../../support/expect-op.js';

const gpu = useDevice();
const INFINITY = Number.POSITIVE_INFINITY;

/** The first word after the scales, the good steps and the skipped ones. */
const FOUND = 4;
const stateWith = (scale: number) => {
  const values = new Float32Array(LOSS_SCALE_SIZE);
  values[0] = scale;
  return fromArray(gpu.device, values, [LOSS_SCALE_SIZE]);
};

/** Parameters of 5, 130 and 64 elements, in blocks of 64. */
const BLOCKS = [5, 64, 64, 2, 64];
const elementsOfBlock = () => fromArray(gpu.device, Uint32Array.from(BLOCKS), [BLOCKS.length]);
const between = (index: number) => index % 64 >= (BLOCKS[Math.floor(index / 64)] as number);

describe('the search for gradients that are not finite', () => {
  const foundIn = async (values: Float32Array, start = 0) => {
    const state = stateWith(1);
    const gradient = fromArray(gpu.device, values, [values.length]);
    findNotFinite({ gradient, start, elementsOfBlock: elementsOfBlock() }, { state, slot: 2 });
    const words = new Uint32Array((await state.toArray()).buffer);
    return [...words.subarray(FOUND)]
      .map((word, slot) => (word === 0 ? -1 : slot))
      .filter((slot) => slot >= 0);
  };

  it.each([INFINITY, -INFINITY, Number.NaN])(
    'finds %d in whichever element of a parameter it is',
    async (bad) => {
      for (const at of [0, 4, 64, 127, 128, 192, 193, 256, 319]) {
        const values = new Float32Array(320);
        values[at] = bad;
        expect(await foundIn(values), `element ${at}`).toEqual([2]);
      }
    },
  );

  it('finds none among the largest and smallest numbers, nor in what lies between two parameters', async () => {
    const values = new Float32Array(320).fill(3.4028234663852886e38);
    values.fill(1e-45, 100, 200);
    expect(await foundIn(values)).toEqual([]);
    expect(await foundIn(values.map((value, index) => (between(index) ? Number.NaN : value)))).toEqual([]);
  });

  it('looks at the gradient of one parameter, of any length', async () => {
    const values = new Float32Array(130);
    expect(await foundIn(values, 64)).toEqual([]);
    values[129] = INFINITY;
    expect(await foundIn(values, 64)).toEqual([2]);
  });

  it('divides in place, and leaves alone what lies between', async () => {
    const before = Float32Array.from({ length: 320 }, (_, index) => index - 100);
    const gradient = fromArray(gpu.device, before, [320]);
    unscaleGradient(
      { gradient, start: 0, elementsOfBlock: elementsOfBlock() },
      { state: stateWith(8), slot: 0 },
    );
    const expected = before.map((value, index) => (between(index) ? value : value / 8));
    expect(await gradient.toArray()).toEqual(expected);
  });
});

describe('the steps that Adam counts on the device', () => {
  const N = 64;
  /** A step on the same state, with the bias corrections of the host or of the device. */
  async function stepAt(
    t: number,
    betas: readonly [number, number],
    skipped?: number,
  ): Promise<Float32Array> {
    const [beta1, beta2] = betas;
    const hyper = adamHyper({ learningRate: 1, beta1, beta2, epsilon: 0 }, t + (skipped ?? 0));
    const tensors = {
      parameter: zeros(gpu.device, [N]),
      gradient: upload(gpu.device, random64([N], 1)),
      firstMoment: upload(gpu.device, random64([N], 2)),
      secondMoment: fromArray(gpu.device, new Float32Array(N).fill(0.5), [N]),
      hyper: fromArray(gpu.device, hyper, [1, hyper.length]),
      groupOfBlock: zeros(gpu.device, [1], 'u32'),
    };
    const scaled = skipped !== undefined && {
      ...{ state: stateWith(1), slot: 0, unscales: true },
      skipped: fromArray(gpu.device, Uint32Array.of(skipped), [1]),
    };
    adamStep(tensors, 0, scaled || undefined);
    return (await tensors.parameter.toArray()) as Float32Array;
  }

  it.each([
    [0.9, 0.999],
    [0, 0.5],
    [0.999, 0.9999],
    [0.25, 0.999999],
  ] as const)('undo the bias of betas %d and %d to a few units in the last place', async (beta1, beta2) => {
    for (const t of [1, 2, 3, 7, 100, 1023, 4096, 33_333, 1_000_000]) {
      const [host, device] = [await stepAt(t, [beta1, beta2]), await stepAt(t, [beta1, beta2], 5)];
      expectClose(device, [...host], { relative: 2e-6, absolute: 0, label: `step ${t}` });
    }
  });
});
