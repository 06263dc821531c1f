// A sum that is not finite is added up again, term by term. Only a net that has gone wrong has such sums.
//
// A term in the padding is an element of a times 0. That changes no sum, unless the element is infinite or NaN: then it makes the
// sum NaN, though in PyTorch the term is not there. And what half precision makes of infinities and NaN, or of numbers that are too
// large for it, differs from driver to driver. So such a sum is taken once more: of the terms inside of the images, in single
// precision.

import package::nan::is_finite;
import super::columns::Columns;
import super::operands::{a, b};
import super::parameters::params;
import super::window::{WINDOW, is_inside, place_in_image};

const HALF: bool = false; // operands are rounded to half precision

// Four sums of a row, once all is well with them.
fn again_unless_finite(sums: vec4f, columns: Columns, row: u32) -> vec4f {
  var values = sums;
  for (var lane = 0u; lane < 4u; lane++) {
    if (!is_finite(values[lane])) {
      values[lane] = sum_again(columns.batch, row, columns.b[lane], columns.y[lane], columns.x[lane]);
    }
  }
  return values;
}

// The sum at the column that begins at `column` in b and, through a window, at (column_y, column_x) in its images.
fn sum_again(batch: u32, row: u32, column: u32, column_y: i32, column_x: i32) -> f32 {
  let first = params.a_start + batch * params.a_batch + row * params.a_row;
  var sum = 0.0;
  for (var outer = 0u; outer < params.outer; outer++) {
    for (var middle = 0u; middle < params.middle; middle++) {
      let y = column_y + i32(middle / params.middle_width) * params.middle_y;
      for (var inner = 0u; inner < params.inner; inner++) {
        let x = column_x + i32(middle % params.middle_width) * params.middle_x + i32(inner) * params.inner_x;
        if (!WINDOW || is_inside(y, x)) {
          let i = first + outer * params.a_outer + middle * params.a_middle + inner * params.a_inner;
          let j = column + outer * params.b_outer + inner * params.b_inner;
          sum = fma(f32(a[i]), f32(b[j + select(0u, place_in_image(y, x), WINDOW)]), sum);
        }
      }
    }
  }
  return sum;
}
