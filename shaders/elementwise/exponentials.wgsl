// The exponential, the logarithm and what is made of them, as accurate as single precision allows.
//
// WGSL lets exp(x) be off by 3 + 2 |x| units in the last place, log(x) by 2^-21 wherever it is near 0, and tanh(x) by 1e-5; and a
// NaN may become a number in any of them. So they are computed here, by multiplications and additions alone: within 2 units in the
// last place for exp and log, within 8 for the others. The polynomials were fitted to the functions, each with the least greatest
// error; of those of the logarithm the coefficients are of its series. See Muller, "Elementary Functions" (3rd edition, 2016),
// chapter 11 for the reduction of the argument.

import package::exact::{first_half, left_of};
import package::nan::{is_finite, nan_with, unless_nan};

// ln 2 in two parts: the first has few digits, so that a whole number of up to 8 bits times it is exact.
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.12194440e-4;
const LOG2_E = 1.44269504;

// 2^exponent, for exponents of -126 to 127.
fn power_of_two(exponent: i32) -> f32 {
  return bitcast<f32>(u32(exponent + 127) << 23u);
}

// An infinity. WGSL has no constant for it: it takes a number that a shader read to get one.
fn infinity_with(some_bits: u32) -> f32 {
  return bitcast<f32>((some_bits & 0u) | 0x7f800000u);
}

// exp(x) = 2^n exp(r), with r = x - n ln 2 of at most half ln 2 in size.
fn exp_of(x: f32) -> f32 {
  // Beyond, it is infinite or 0 anyway.
  let within = clamp(x, -104.0, 89.0);
  let n = round(within * LOG2_E);
  let r = (within - n * LN2_HIGH) - n * LN2_LOW;
  let q = 0.5 + r * (0.16666513 + r * (0.04166619 + r * (0.0083696 + r * 0.00139517)));
  let near_one = 1.0 + (r + r * r * q);
  // In two steps: 2^n itself may be neither a number nor 0 where the product is one.
  let half_way = i32(n) / 2;
  return unless_nan(near_one * power_of_two(half_way) * power_of_two(i32(n) - half_way), x);
}

// log x for a finite x above 0 as a sum of two, of which the first is a multiple of LN2_HIGH and exact.
//
// x = 2^k (1 + f), with 1 + f between the root of 1/2 and that of 2. With s = f / (2 + f)
//
//   log(1 + f) = 2 (s + s^3/3 + s^5/5 + ...) = f - f^2/2 + s (f^2/2 + 2 s^2/3 + 2 s^4/5 + ...)
//
// whose first term is exact, and whose others are small beside it.
fn log_in_parts(x: f32) -> vec2f {
  const ROOT_OF_HALF = 0x3f3504f3u;
  var bits = bitcast<u32>(x);
  var k = -127;
  if (bits < 0x00800000u) {
    // A subnormal number: its first digit becomes the one that is not written.
    let shift = countLeadingZeros(bits) - 8u;
    bits <<= shift;
    k -= i32(shift);
  }
  bits += 0x3f800000u - ROOT_OF_HALF;
  k += i32(bits >> 23u);
  let f = bitcast<f32>((bits & 0x007fffffu) + ROOT_OF_HALF) - 1.0;
  let s = f / (2.0 + f);
  let z = s * s;
  let series = z * (0.66666667 + z * (0.4 + z * (0.28571429 + z * 0.22222222)));
  let half_square = 0.5 * f * f;
  let exponent = f32(k);
  return vec2f(exponent * LN2_HIGH, f - (half_square - (s * (half_square + series) + exponent * LN2_LOW)));
}

fn log_of(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  if ((bits & 0x7fffffffu) == 0u) {
    return -infinity_with(bits);
  }
  if (bits >= 0x7f800000u) {
    // Infinite, not a number, or below 0.
    return select(nan_with(bits), x, bits == 0x7f800000u);
  }
  let parts = log_in_parts(x);
  return parts.x + parts.y;
}

// 1 / (1 + exp(-x)): of exp(-|x|), which is never large, and of which nothing is lost on either side.
fn sigmoid_of(x: f32) -> f32 {
  let e = exp_of(-abs(x));
  return unless_nan(select(1.0, e, x < 0.0) / (1.0 + e), x);
}

// The derivative of the sigmoid, s (1 - s), where 1 - s would lose what s is short of 1 by.
fn sigmoid_slope(x: f32) -> f32 {
  let e = exp_of(-abs(x));
  return e / ((1.0 + e) * (1.0 + e));
}

// log(1 + e), for an e from 0 to 1: twice the inverse hyperbolic tangent of e / (2 + e), by its series.
fn log_of_one_and(e: f32) -> f32 {
  let s = e / (2.0 + e);
  let z = s * s;
  let tail = 1.0 / 7.0 + z * (1.0 / 9.0 + z * (1.0 / 11.0 + z * (1.0 / 13.0 + z / 15.0)));
  return 2.0 * s * (1.0 + z * (1.0 / 3.0 + z * (1.0 / 5.0 + z * tail)));
}

// log(1 / (1 + exp(-x))).
fn log_sigmoid(x: f32) -> f32 {
  return unless_nan(min(x, 0.0) - log_of_one_and(exp_of(-abs(x))), x);
}

fn tanh_of(x: f32) -> f32 {
  let square = x * x;
  if (square < 0.36) {
    let tail = -0.33333299 + square * (0.13331958 + square * (-0.05378669 + square * (0.02080542 - square * 0.0059059)));
    return x * (1.0 + square * tail);
  }
  let beyond = 1.0 - 2.0 / (exp_of(2.0 * abs(x)) + 1.0);
  return unless_nan(select(beyond, -beyond, x < 0.0), x);
}

// 1 - tanh(x)^2 = 4 s (1 - s), where s is the sigmoid of 2 x.
fn tanh_slope(x: f32) -> f32 {
  return 4.0 * sigmoid_slope(2.0 * x);
}

// exp(-x^2). The rounding of x^2 alone would be worth x^2 units in the last place.
fn gaussian(x: f32) -> f32 {
  let within = min(abs(x), 32.0); // beyond, it is 0 anyway
  let upper = first_half(within);
  return unless_nan(exp_of(-upper * upper) * exp_of((upper - within) * (upper + within)), x);
}

// The complementary error function, 2 / sqrt(pi) times the integral of exp(-u^2) from x on: t exp(-x^2 + P(t)) with t = 1 / (1 + x/2)
// for x of at least 0, and 2 less the value at -x else. The form is that of Press et al., "Numerical Recipes", section 6.2.
fn erfc_of(x: f32) -> f32 {
  let t = 1.0 / (1.0 + 0.5 * abs(x));
  let upper = -0.11564193 + t * (0.14182043 + t * (-0.96669528 + t * (1.36104073 + t * (-0.76801589 + t * 0.1609935))));
  let p = -1.26549219 + t * (0.99955502 + t * (0.37855193 + t * (0.07388374 + t * upper)));
  let beyond = t * gaussian(x) * exp_of(p);
  return unless_nan(select(beyond, 2.0 - beyond, x < 0.0), x);
}

// |x|^(exponent + rest), where the rest is small beside the exponent. The relative error stays that of the logarithm times the
// exponent.
fn power_of_magnitude(x: f32, exponent: f32, rest: f32) -> f32 {
  let magnitude = abs(x);
  if (magnitude == 0.0 || (bitcast<u32>(magnitude) >= 0x7f800000u)) {
    return exp_of(exponent * log_of(magnitude));
  }
  let parts = log_in_parts(magnitude);
  let logarithm = parts.x + parts.y;
  let product = exponent * logarithm;
  // What the rounding of the sum, of the product and of the exponent took away.
  let lost = exponent * (parts.y - (logarithm - parts.x)) - left_of(product, exponent, logarithm) + rest * logarithm;
  let power = exp_of(product);
  // A power may be too large for a number, and then so may be what was lost.
  return select(power, power + power * lost, is_finite(power) && is_finite(lost));
}
