// Reading b through a sliding window: a convolution, whose unfolded images are never stored.
//
// b then holds images of height x width, and a term at a column reads the element at (y, x) of one of them, or 0 outside of it;
// matmul_specification.wgsl says how y and x come about. `at` is where the image starts in b or, without a window, the element
// itself. As u32, what is above or left of an image is far below or right of it: one comparison covers both sides.

import super::operands::b;
import super::parameters::params;

const WINDOW: bool = false; // read b through a sliding window

fn is_inside(y: i32, x: i32) -> bool {
  return u32(y) < params.height && u32(x) < params.width;
}

fn place_in_image(y: i32, x: i32) -> u32 {
  return u32(y) * params.width + u32(x);
}

fn element_of_b(at: u32, y: i32, x: i32) -> f32 {
  if (!WINDOW) {
    return f32(b[at]);
  }
  if (!is_inside(y, x)) {
    return 0.0;
  }
  return f32(b[at + place_in_image(y, x)]);
}

fn inside_image(y: vec4i, x: vec4i) -> vec4<bool> {
  return (vec4u(y) < vec4u(params.height)) & (vec4u(x) < vec4u(params.width));
}
