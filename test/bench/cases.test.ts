import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { casesOf, choose, groupOf } from '../../bench/cases.mjs';
import { costOf, launchesOf } from '../../bench/cost.mjs';
import { openDevice } from '../../bench/device.mjs';
import { given, makeInputs } from '../../bench/inputs.mjs';
import { check } from '../../bench/prepare.mjs';
import { Seat } from '../../bench/seat.mjs';

/** As much of a case as these tests look at. */
interface Case {
  readonly name: string;
}

describe('the benchmarks', () => {
  // biome-ignore lint/suspicious/noExplicitAny: the benchmarks are plain JavaScript, and so is the device they open
  let device: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  let halved: any;
  let cases: Case[];

  beforeAll(async () => {
    // Compile times are of no interest here: let the driver use what other tests compiled.
    process.env.MESA_SHADER_CACHE_DISABLE ??= 'false';
    device = await openDevice();
    halved = await openDevice(undefined, 'medium');
    cases = casesOf(device, { batch: 2, width: 1 / 24 });
  });
  afterAll(() => {
    device?.destroy();
    halved?.destroy();
  });

  it('have names of their own, and cover every family of kernels', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    const groups =
      'matmul conv2d mlpConv im2col col2im relu bias dropout maxPool avgPool globalAvgPool batchNorm';
    const others = 'maxout localConv2d localResponseNorm softmaxCrossEntropy sgd adam augment';
    expect(new Set(cases.map(groupOf))).toEqual(new Set(`${groups} ${others}`.split(' ')));
  });

  it('compute what their plain loops do, every one of them', async () => {
    const errors: string[] = [];
    for (const one of cases) {
      const error = await check(device, one);
      if (error) errors.push(`${one.name}: ${error}`);
    }
    expect(errors).toEqual([]);
  });

  it('round operands to half precision only if asked to, and then are allowed to be off by that', async () => {
    const [group, product] = ['matmul.half', 'matmul.half 8x75x2048 block1.conv'];
    expect(cases.filter(({ name }) => name.startsWith(group))).toEqual([]);
    const [rounded] = choose(casesOf(halved, { batch: 2, width: 1 / 24 }), [product]);
    expect(await check(halved, rounded)).toBeUndefined();
    expect(await check(halved, { ...rounded, operands: [] })).toMatch(/^c\[\d+\] is .*, expected /);
  });

  it('are chosen by any of several parts of their names', () => {
    const chosen: Case[] = choose(cases, ['sgd', 'relu.']);
    expect(chosen.map(({ name }) => name.split(' ')[0])).toEqual([
      'relu.forward',
      'relu.backward',
      'sgd.step',
    ]);
    expect(choose(cases, [])).toEqual(cases);
  });

  it('are chosen by several parts that a name must all have, and left out by others', () => {
    const names = (filters: string[], without: string[] = []) =>
      choose(cases, filters, without).map(({ name }: Case) => name.split(' ')[0]);
    expect(names(['conv2d.+block2.conv'])).toEqual(
      ['forward', 'inputGradient', 'weightGradient'].map((of) => `conv2d.${of}`),
    );
    expect(names(['conv2d.+block2.conv', 'sgd'], ['Gradient'])).toEqual(['conv2d.forward', 'sgd.step']);
    expect(names([], ['.', 'col'])).toEqual(['dropout']);
    expect(() => names(['sgd'], ['sgd'])).toThrow('all that was chosen is left out by --without');
    expect(() => names([], ['softmux'])).toThrow(/^no benchmark is called "softmux"/);
  });

  it('cannot be chosen by a name that none has, even next to one that some have', () => {
    expect(() => choose(cases, ['sgd', 'softmux'])).toThrow(
      /^no benchmark is called "softmux"; there are matmul, conv2d, .*, sgd, adam, augment$/,
    );
  });

  it('cost the sum of what their kernels say', () => {
    const chosen = choose(cases, ['relu.backward', 'dropout']);
    const work: (() => void)[] = [];
    for (const { inputs, launch } of chosen) {
      const { tensors } = makeInputs(device, inputs);
      work.push(() => launch(tensors));
    }
    const launches = launchesOf(device, () => {
      for (const launch of work) launch();
    });
    const elements = 2 * 8 * 32 * 32;
    expect(costOf(launches)).toEqual({ flops: elements, bytes: 4 * (3 + 2) * elements });
  });

  it('are timed, if they are right', async () => {
    const wrong = {
      name: 'wrong',
      inputs: { x: given(Float32Array.of(1, 2)) },
      launch: ({ x }: { x: unknown }) => ({ y: x }),
      expected: () => ({ y: () => 1 }),
    };
    const [right] = choose(cases, ['softmaxCrossEntropy.forward']);
    const seat = new Seat(device, 1, [right, wrong]);
    expect(await seat.prepare('wrong')).toMatchObject({ error: 'y[1] is 2, expected 1' });
    const made = await seat.prepare(right.name);
    expect(made).toMatchObject({ kernels: ['softmaxCrossEntropy.forward'], error: undefined });
    expect(made.repeats).toBeGreaterThanOrEqual(1);
    expect(await seat.sample(right.name)).toBeGreaterThan(0);
    const { used } = device.memory;
    seat.release(right.name);
    expect(device.memory.used).toBeLessThan(used);
  });
});
