// Padding does not count, even where a is not finite.
//
// A term in the padding is an element of a times 0. That changes no sum, unless the element is infinite or NaN: then it makes the
// sum NaN, though in PyTorch the term is not there. So a sum that is not finite, as only a net has that has gone wrong, is added
// up once more, from the terms inside of the images alone.

import package::nan::is_finite;
import super::columns::Columns;
import super::operands::{a, b};
import super::parameters::params;
import super::window::{is_inside, place_in_image};

// Four sums of a row, each as it is without the padding.
fn without_padding(sums: vec4f, columns: Columns, row: u32) -> vec4f {
  var values = sums;
  for (var lane = 0u; lane < 4u; lane++) {
    if (!is_finite(values[lane])) {
      values[lane] = sum_inside(columns.batch, row, columns.b[lane], columns.y[lane], columns.x[lane]);
    }
  }
  return values;
}

// The sum at the column that begins at `column` in b, and at (column_y, column_x) in its images.
fn sum_inside(batch: u32, row: u32, column: u32, column_y: i32, column_x: i32) -> f32 {
  let first = params.a_start + batch * params.a_batch + row * params.a_row;
  var sum = 0.0;
  for (var outer = 0u; outer < params.outer; outer++) {
    for (var middle = 0u; middle < params.middle; middle++) {
      let y = column_y + i32(middle / params.middle_width) * params.middle_y;
      for (var inner = 0u; inner < params.inner; inner++) {
        let x = column_x + i32(middle % params.middle_width) * params.middle_x + i32(inner) * params.inner_x;
        if (is_inside(y, x)) {
          let i = first + outer * params.a_outer + middle * params.a_middle + inner * params.a_inner;
          let j = column + outer * params.b_outer + inner * params.b_inner + place_in_image(y, x);
          sum = fma(a[i], b[j], sum);
        }
      }
    }
  }
  return sum;
}
