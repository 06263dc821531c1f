// The order of numbers, by their bits.
//
// WGSL lets a driver assume that there is no NaN, and take numbers too small to compute with for 0. Whole numbers made of the bits
// have neither trouble.

import package::nan::is_nan;

// A whole number that is larger the larger x is, the same for 0 and -0, and for NaN larger than any.
fn order_of(x: f32) -> i32 {
  let bits = bitcast<u32>(x);
  let magnitude = i32(bits & 0x7fffffffu);
  return select(select(magnitude, -magnitude, bits >> 31u == 1u), 0x7fffffff, is_nan(x));
}
