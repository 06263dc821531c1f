// How far from where a column looks a term does, through a window, and what it sees there.
//
// shared/window.wgsl tells what a window is; here it is looked through term by term.

import super::super::shared::columns::Columns;
import super::super::shared::parameters::params;
import super::super::shared::window::{is_inside, place_in_image};
import super::operands::single_of_b;
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

// What one of four columns sees at a term, or further on by some columns of the image and elements of b; zeros lie around it.
fn seen_through_window(columns: Columns, column: u32, reach: Reach, x_beyond: i32, b_beyond: u32) -> f32 {
  let y = columns.y[column] + reach.y;
  let x = columns.x[column] + reach.x + x_beyond;
  if (!is_inside(y, x)) {
    return 0.0;
  }
  return single_of_b(columns.b[column] + reach.b + b_beyond + place_in_image(y, x));
}
