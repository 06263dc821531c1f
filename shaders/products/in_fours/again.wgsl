// A sum that is not finite is added up again, term by term, of operands that are read in fours.
//
// Why, shared/again.wgsl tells.

import super::super::shared::columns::Columns;
import super::operands::{element_of_a, single_of_b};
import super::super::shared::parameters::params;
import super::super::shared::window::{WINDOW, is_inside, place_in_image};

const HALF: bool = false; // operands are rounded to half precision

// The sum at one of four columns.
fn sum_again(columns: Columns, lane: u32, row: u32) -> f32 {
  var sum = 0.0;
  let first = params.a_start + columns.batch * params.a_batch + row * params.a_row;
  for (var block = 0u; block < params.outer * params.middle; block++) {
    let outer = block / params.middle;
    let middle = block % params.middle;
    let a_block = first + outer * params.a_outer + middle * params.a_middle;
    let b_block = columns.b[lane] + outer * params.b_outer;
    let y = columns.y[lane] + i32(middle / params.middle_width) * params.middle_y;
    let x = columns.x[lane] + i32(middle % params.middle_width) * params.middle_x;
    for (var inner = 0u; inner < params.inner; inner++) {
      let there = x + i32(inner) * params.inner_x;
      let seen = !WINDOW || is_inside(y, there);
      if (seen) {
        let at = b_block + inner * params.b_inner + select(0u, place_in_image(y, there), WINDOW);
        sum = fma(element_of_a(a_block + inner * params.a_inner), single_of_b(at), sum);
      }
    }
  }
  return sum;
}
