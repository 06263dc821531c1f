/** Right and wrong arguments, from which the tests of all public functions are put together. */
import * as dawngrad from '../../src/index.js';

const { from, zeros } = dawngrad;

/** One argument: a right one, and what must be refused in its place. */
export interface Argument {
  readonly right: unknown;
  readonly wrong: readonly unknown[];
}

export const a = (right: unknown, ...wrong: unknown[]): Argument => ({ right, wrong });

/** Something that nothing asks for. */
export const STRANGER = new (class Stranger {})();

export const number = (right: number, ...wrong: unknown[]) => a(right, 'x', STRANGER, null, ...wrong);
export const whole = (right: number, ...wrong: unknown[]) => number(right, 1.5, Number.NaN, ...wrong);
export const text = (right: string, ...wrong: unknown[]) => a(right, 3, STRANGER, ...wrong);
export const work = (right: () => unknown) => a(right, undefined, 3, async () => 1);
/** All options that there are, each of which is refused as something else; and what is out of range. */
export const options = (right: object, ...wrong: object[]) => fields(right, { nonsense: 1 }, ...wrong);
/** As `options`, of something that may have more of them. */
export const fields = (right: object, ...wrong: object[]) =>
  a(
    right,
    3,
    'x',
    null,
    ...Object.keys(right).map((name) => ({ ...right, [name]: STRANGER })),
    ...wrong.map((some) => ({ ...right, ...some })),
  );

export const shape = (...right: number[]) => a(right, 3, 'x', undefined, [1.5], [-2], ['2']);

export const pool = { kernelSize: [2, 2], stride: 2, padding: [1, 0], ceilMode: true };
export const badPool = [
  { kernelSize: 0 },
  { kernelSize: undefined },
  { kernelSize: [1, 2, 3] },
  { stride: [1, 0] },
  { padding: -1 },
];

export type Call = readonly [call: (...args: never[]) => unknown, ...args: Argument[]];

/** What is on a device. */
export function argumentsOn(gpu: { readonly device: dawngrad.Device }) {
  const device = () => a(gpu.device, undefined, {}, STRANGER);
  const labels = (length: number) => from(gpu.device, new Array(length).fill(0), 'u32');
  const f32 = (...shape: number[]) =>
    a(zeros(gpu.device, shape), [1, 2], 3, null, undefined, STRANGER, labels(2));
  const u32 = (...values: number[]) =>
    a(from(gpu.device, values, 'u32'), [1, 2], null, zeros(gpu.device, [values.length]));
  const anyTensor = (...shape: number[]) => a(zeros(gpu.device, shape), [1, 2], null, undefined, STRANGER);
  const bias = (...shape: number[]) => a(zeros(gpu.device, shape), [1, 2], undefined, labels(shape[0] ?? 1));
  /** The second operand may be a number, which is anything but a string of one. */
  const operand = (...shape: number[]) =>
    a(zeros(gpu.device, shape), [1, 2], '3', undefined, null, labels(2));

  const parameter = () => new dawngrad.Parameter(gpu.device, [2], dawngrad.init.constant(0));
  /** Of images in colour, and of ten classes. */
  const net = () =>
    new dawngrad.Sequential(
      new dawngrad.Conv2d(gpu.device, 3, 10, { kernelSize: 1 }),
      new dawngrad.GlobalAvgPool2d(),
    );

  return { device, labels, f32, u32, anyTensor, bias, operand, parameter, net };
}
