// Not a number: asking for it, making it, and not losing it.
//
// Arithmetic passes a NaN on by itself. What compares (<, max, select on a comparison) need not, and drivers exist whose exp and pow
// make numbers of it: WGSL lets them assume that there is none. Where one must not get lost, its bits are asked.

fn is_nan(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u;
}

fn is_nan_quad(values: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(values) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
}

fn is_finite(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7f800000u) != 0x7f800000u;
}

// A NaN. What makes it one are its upper bits; WGSL has no constant that is NaN, so the lower ones come from what a shader read.
fn nan_with(lower_bits: u32) -> f32 {
  return bitcast<f32>(lower_bits | 0x7fc00000u);
}

// A function's value at x, or NaN where x is.
fn unless_nan(value: f32, x: f32) -> f32 {
  return select(value, x, is_nan(x));
}

// The larger of two numbers, or NaN where either is.
fn larger(a: f32, b: f32) -> f32 {
  return unless_nan(unless_nan(max(a, b), a), b);
}
