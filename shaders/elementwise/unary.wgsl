// A function of every element, and its derivative.
//
//   forward   y[i]  = f(x[i])
//   backward  dx[i] = dy[i] f'(x[i])
//
// f is one of those below, with a few numbers that are the same for every element. The arrays are flat, `size` long; their
// elements are dealt to the threads in turn (linearGrid in src/kernels/kernel.ts). FUNCTION is fixed when the shader is compiled: no
// thread ever chooses. The backward pass asks x, not y, from which less could be told: where a sigmoid is rounded to 1 its slope is
// not 0.

import package::elementwise::exponentials::{
  erfc_of, exp_of, gaussian, log_of, log_sigmoid, power_of_magnitude, sigmoid_of, sigmoid_slope, tanh_of, tanh_slope,
};
import package::nan::{is_finite, is_nan, nan_with, unless_nan};

alias Stored = f32;

const ABS: u32 = 0u;
const CLAMP: u32 = 1u; // between `first` and `second`
const EXP: u32 = 2u;
const GELU: u32 = 3u;
const GELU_BY_TANH: u32 = 4u;
const LEAKY_RELU: u32 = 5u; // `first` times what is below 0
const LOG: u32 = 6u;
const LOG_SIGMOID: u32 = 7u;
const POW: u32 = 8u; // to the power of `first` + `second`: src/kernels/elementwise/power.ts
const SIGMOID: u32 = 9u;
const SILU: u32 = 10u;
const SQRT: u32 = 11u;
const TANH: u32 = 12u;

const FUNCTION: u32 = 0u;
const WORKGROUP: u32 = 256u;

const ROOT_OF_HALF = 0.70710678;
const ONE_BY_ROOT_OF_TWO_PI = 0.39894228;
const ROOT_OF_TWO_BY_PI = 0.79788456;
const CUBIC = 0.044715;
const SMALL = 32.0; // whole powers up to that are products

struct Params {
  size: u32,
  first: f32,
  second: f32,
  sign: f32, // of POW: that of a power of a number below 0, or 0 where there is none
  factor: f32, // of POW's derivative: the exponent, of which `first` and `second` are one less
}

@group(0) @binding(0) var<uniform> params: Params;

// Bits tell, since a driver may assume of a comparison that nothing is NaN.
fn above_zero(x: f32) -> bool {
  return bitcast<u32>(x) - 1u < 0x7f800000u;
}

fn square_root(x: f32) -> f32 {
  return select(unless_nan(sqrt(x), x), nan_with(bitcast<u32>(x)), x < 0.0);
}

// x^exponent for a whole exponent of at least 0, by squaring: a rounding for each of a few products.
fn whole_power(x: f32, exponent: u32) -> f32 {
  var result = 1.0;
  var square = x;
  for (var left = exponent; left > 0u; left >>= 1u) {
    if ((left & 1u) == 1u) {
      result *= square;
    }
    square *= square;
  }
  return result;
}

// As C's pow, but for roots of -Inf and -0, which are those of sqrt: of a number below 0 there are whole powers only.
fn power(x: f32) -> f32 {
  let exponent = params.first;
  let is_whole = params.sign != 0.0;
  if (is_whole && abs(exponent) <= SMALL) {
    let size = whole_power(x, u32(abs(exponent)));
    return select(size, 1.0 / size, exponent < 0.0);
  }
  if (abs(exponent) == 0.5 && params.second == 0.0) {
    let root = square_root(x);
    return select(root, 1.0 / root, exponent < 0.0);
  }
  let size = power_of_magnitude(x, exponent, params.second);
  let negative = bitcast<u32>(x) >> 31u == 1u;
  let finite = is_finite(x) && x != 0.0;
  let result = select(size, -size, negative && params.sign < 0.0);
  return unless_nan(select(result, nan_with(bitcast<u32>(x)), negative && finite && !is_whole), x);
}

// What the tanh in the approximation of a GELU is taken of, and the derivative of that.
fn gelu_argument(x: f32) -> f32 {
  return ROOT_OF_TWO_BY_PI * (x + CUBIC * x * x * x);
}

fn value(x: f32) -> f32 {
  switch (FUNCTION) {
    case ABS: {
      return abs(x);
    }
    case CLAMP: {
      return unless_nan(min(max(x, params.first), params.second), x);
    }
    case EXP: {
      return exp_of(x);
    }
    case GELU: {
      return x * (0.5 * erfc_of(-ROOT_OF_HALF * x));
    }
    case GELU_BY_TANH: {
      return x * sigmoid_of(2.0 * gelu_argument(x));
    }
    case LEAKY_RELU: {
      return select(params.first * x, x, above_zero(x));
    }
    case LOG: {
      return log_of(x);
    }
    case LOG_SIGMOID: {
      return log_sigmoid(x);
    }
    case POW: {
      return power(x);
    }
    case SIGMOID: {
      return sigmoid_of(x);
    }
    case SILU: {
      return x * sigmoid_of(x);
    }
    case SQRT: {
      return square_root(x);
    }
    default: {
      return tanh_of(x);
    }
  }
}

fn slope(x: f32) -> f32 {
  switch (FUNCTION) {
    case ABS: {
      return select(select(0.0, -1.0, bitcast<u32>(x) - 0x80000001u < 0x7f800000u), 1.0, above_zero(x));
    }
    case CLAMP: {
      return 1.0;
    }
    case EXP: {
      return exp_of(x);
    }
    case GELU: {
      return 0.5 * erfc_of(-ROOT_OF_HALF * x) + x * ONE_BY_ROOT_OF_TWO_PI * gaussian(ROOT_OF_HALF * x);
    }
    case GELU_BY_TANH: {
      let argument = gelu_argument(x);
      let argument_slope = ROOT_OF_TWO_BY_PI * (1.0 + 3.0 * CUBIC * x * x);
      return sigmoid_of(2.0 * argument) + x * 2.0 * sigmoid_slope(2.0 * argument) * argument_slope;
    }
    case LEAKY_RELU: {
      return select(params.first, 1.0, above_zero(x));
    }
    case LOG: {
      return 1.0 / x;
    }
    case LOG_SIGMOID: {
      return sigmoid_of(-x);
    }
    case POW: {
      return params.factor * power(x);
    }
    case SIGMOID: {
      return sigmoid_slope(x);
    }
    case SILU: {
      return sigmoid_of(x) + x * sigmoid_slope(x);
    }
    case SQRT: {
      return 0.5 / square_root(x);
    }
    default: {
      return tanh_slope(x);
    }
  }
}

// Is the value the same about x whatever x is? Then so is the gradient 0, whatever dy is: 0 times infinity would not be.
fn ignores(x: f32) -> bool {
  switch (FUNCTION) {
    case CLAMP: {
      return is_nan(x) || x < params.first || x > params.second;
    }
    case POW: {
      return params.factor == 0.0;
    }
    default: {
      return false;
    }
  }
}

@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    y[i] = Stored(value(f32(x[i])));
  }
}

@group(0) @binding(2) var<storage, read> output_gradient: array<Stored>;
@group(0) @binding(3) var<storage, read_write> input_gradient: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    let dy = f32(output_gradient[i]);
    var dx = dy * slope(f32(x[i]));
    if (FUNCTION == LOG) {
      // 1 / x may be infinite where this is not.
      dx = dy / f32(x[i]);
    }
    input_gradient[i] = Stored(select(dx, 0.0, ignores(f32(x[i]))));
  }
}
