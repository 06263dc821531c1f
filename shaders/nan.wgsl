// Is a number NaN?
//
// A comparison of floats may not see NaN (WGSL lets it be optimised away); one of their bits does.

fn is_nan(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u;
}
