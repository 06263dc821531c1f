// How far from where a column looks a term does, through a window.
//
// shared/window.wgsl tells what a window is; here it is looked through term by term.

import super::super::shared::parameters::params;
import super::slices::{ACROSS, Slice};

struct Reach {
  y: i32,
  x: i32,
  b: u32, // between the images that they look at
}

fn reach_of(slice: Slice, term: u32) -> Reach {
  var middle = slice.middle;
  var inner = slice.first + term;
  if (ACROSS) {
    middle = inner / params.inner;
    inner -= middle * params.inner;
  }
  let line = middle / params.middle_width;
  return Reach(
    i32(line) * params.middle_y,
    i32(middle - line * params.middle_width) * params.middle_x + i32(inner) * params.inner_x,
    slice.outer * params.b_outer + inner * params.b_inner,
  );
}
