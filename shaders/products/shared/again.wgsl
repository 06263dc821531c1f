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

// Four sums of a row, once all is well with them. A software driver goes through a loop once even if there is nothing to do: so there
// is one loop for all four.
fn again_unless_finite(sums: vec4f, columns: Columns, row: u32) -> vec4f {
  var values = sums;
  var wrong = vec4<bool>(!is_finite(sums.x), !is_finite(sums.y), !is_finite(sums.z), !is_finite(sums.w));
  while (any(wrong)) {
    // The first that is wrong.
    let this_one = wrong & vec4<bool>(true, !wrong.x, !any(wrong.xy), !any(wrong.xyz));
    var b = columns.b.w;
    var y = columns.y.w;
    var x = columns.x.w;
    if (this_one.z) {
      b = columns.b.z;
      y = columns.y.z;
      x = columns.x.z;
    }
    if (this_one.y) {
      b = columns.b.y;
      y = columns.y.y;
      x = columns.x.y;
    }
    if (this_one.x) {
      b = columns.b.x;
      y = columns.y.x;
      x = columns.x.x;
    }
    values = select(values, vec4f(sum_again(columns.batch, row, b, y, x)), this_one);
    wrong = wrong & !this_one;
  }
  return values;
}

// The sum at the column that begins at `column` in b and, through a window, at (column_y, column_x) in its images.
fn sum_again(batch: u32, row: u32, column: u32, column_y: i32, column_x: i32) -> f32 {
  let first = params.a_start + batch * params.a_batch + row * params.a_row;
  var sum = 0.0;
  for (var outer = 0u; outer < params.outer; outer++) {
    var line = 0; // of the window, where middle is in it: no division, which takes a CPU as long as thirty multiply-adds
    var place = 0;
    for (var middle = 0u; middle < params.middle; middle++) {
      let y = column_y + line * params.middle_y;
      for (var inner = 0u; inner < params.inner; inner++) {
        let x = column_x + place * params.middle_x + i32(inner) * params.inner_x;
        if (!WINDOW || is_inside(y, x)) {
          let i = first + outer * params.a_outer + middle * params.a_middle + inner * params.a_inner;
          let j = column + outer * params.b_outer + inner * params.b_inner;
          sum = fma(f32(a[i]), f32(b[j + select(0u, place_in_image(y, x), WINDOW)]), sum);
        }
      }
      place++;
      if (place == i32(params.middle_width)) {
        place = 0;
        line++;
      }
    }
  }
  return sum;
}
