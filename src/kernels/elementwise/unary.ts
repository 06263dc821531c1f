import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';

/** Values of the shader's FUNCTION. */
const FUNCTIONS = {
  abs: 0,
  clamp: 1,
  exp: 2,
  gelu: 3,
  geluByTanh: 4,
  leakyRelu: 5,
  log: 6,
  logSigmoid: 7,
  pow: 8,
  sigmoid: 9,
  silu: 10,
  sqrt: 11,
  tanh: 12,
} as const;

/** A function of one number. */
export type UnaryFunction = keyof typeof FUNCTIONS;

const params = { size: 'u32', first: 'f32', second: 'f32', sign: 'f32', factor: 'f32' } as const;

/** The numbers that a function takes besides: see the shader. */
export type Numbers = Readonly<Partial<Record<Exclude<keyof typeof params, 'size'>, number>>>;

const paramsOf = (x: Tensor, { first = 0, second = 0, sign = 0, factor = 0 }: Numbers) => ({
  ...{ size: x.size, first, second, sign, factor },
});

/** What a function is taken to cost: most are a polynomial or two. */
const FLOPS_EACH = 20;

/** y = f(x). */
export const unaryForward = defineKernel({
  name: 'unary.forward',
  shader: 'elementwise/unary.wgsl',
  entryPoint: 'forward',
  bindings: { x: 'read', y: 'write' },
  storage: { Stored: ['x', 'y'] },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }, { Stored }) => elementCost(2 * size, FLOPS_EACH * size, Stored),
});

/** dx = dy f'(x). */
export const unaryBackward = defineKernel({
  name: 'unary.backward',
  shader: 'elementwise/unary.wgsl',
  entryPoint: 'backward',
  bindings: { x: 'read', output_gradient: 'read', input_gradient: 'write' },
  storage: { Stored: ['x', 'output_gradient', 'input_gradient'] },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }, { Stored }) => elementCost(3 * size, FLOPS_EACH * size, Stored),
});

/** A function of every element of `x`. */
export function unary(name: UnaryFunction, x: Tensor, numbers: Numbers = {}): Tensor {
  const y = new Tensor(x.device, x.shape, x.dtype);
  launch(unaryForward, { x, y }, paramsOf(x, numbers), { FUNCTION: FUNCTIONS[name] });
  return y;
}

/** The gradient of `unary` at its input, from that and the gradient of its output; both of one type. */
export function unaryGradient(
  name: UnaryFunction,
  x: Tensor,
  outputGradient: Tensor,
  numbers: Numbers = {},
): Tensor {
  const gradient = new Tensor(x.device, x.shape, x.dtype);
  const operands = { x, output_gradient: outputGradient, input_gradient: gradient };
  launch(unaryBackward, operands, paramsOf(x, numbers), { FUNCTION: FUNCTIONS[name] });
  return gradient;
}
