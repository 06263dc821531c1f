// What a ReLU does to a number and to its gradient, by itself (relu.wgsl) and in what a product does to its sums.
//
//   y  = x where x is not below 0, else 0
//   dx = dy where y is not 0 or below, else 0
//
// As in PyTorch, NaN is neither, so it goes through, and so does its gradient; and -0 stays -0. max(x, 0) would lose it, and of a
// comparison a driver may assume that nothing is NaN: so bits are compared, as integers.

// From the smallest negative number to -Inf; past these come the NaNs with a sign, and before them -0.
fn below_zero(x: f32) -> bool {
  return bitcast<u32>(x) - 0x80000001u < 0x7f800000u;
}

fn rectify(x: f32) -> f32 {
  return select(x, 0.0, below_zero(x));
}

fn rectify_quad(x: vec4f) -> vec4f {
  return select(x, vec4f(), bitcast<vec4u>(x) - 0x80000001u < vec4u(0x7f800000u));
}

// Does the ReLU with this output let the gradient through?
fn lets_through(y: f32) -> bool {
  return bitcast<i32>(y) > 0 || bitcast<u32>(y) > 0xff800000u;
}

fn lets_through_quad(y: vec4f) -> vec4<bool> {
  return (bitcast<vec4i>(y) > vec4i()) | (bitcast<vec4u>(y) > vec4u(0xff800000u));
}
