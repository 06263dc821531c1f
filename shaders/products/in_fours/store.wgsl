// Storing the sums of one row at four columns of c, after all that a layer does next.
//
// The columns are neighbours, and are stored as one, or `apart`. Of neighbours that are not all inside, c has room for the rest.

import package::nan::is_finite;
import package::elementwise::rectify::{rectify_quad, lets_through_quad};
import super::again::{HALF, sum_again};
import super::super::shared::columns::Columns;
import super::super::shared::epilogue::{ROW_BIAS, COLUMN_BIAS, ACCUMULATE, RELU, MASK};
import super::super::shared::operands::{StoredC, bias};
import super::operands::{mask_quads, c_quads};
import super::super::shared::parameters::params;
import super::super::shared::window::WINDOW;

fn four_of_mask(at: vec4u, apart: bool) -> vec4f {
  var four = vec4f(mask_quads[at.x / 4u]);
  if (apart) {
    for (var lane = 0u; lane < 4u; lane++) {
      four[lane] = f32(mask_quads[at[lane] / 4u][at[lane] % 4u]);
    }
  }
  return four;
}

fn four_of_c(at: vec4u, apart: bool) -> vec4f {
  var four = vec4f(c_quads[at.x / 4u]);
  if (apart) {
    for (var lane = 0u; lane < 4u; lane++) {
      four[lane] = f32(c_quads[at[lane] / 4u][at[lane] % 4u]);
    }
  }
  return four;
}

fn store_four(columns: Columns, row: u32, sums: vec4f, apart: bool) {
  if (!columns.inside.x || row >= params.rows) {
    return;
  }
  let at = columns.c + row * params.c_row;
  var values = sums;
  if (WINDOW || HALF) {
    for (var lane = 0u; lane < 4u; lane++) {
      if (!is_finite(values[lane])) {
        values[lane] = sum_again(columns, lane, row);
      }
    }
  }
  if (ROW_BIAS) {
    values += bias[row];
  }
  if (COLUMN_BIAS) {
    let i = columns.index;
    values += vec4f(bias[i.x], bias[i.y], bias[i.z], bias[i.w]);
  }
  if (ACCUMULATE) {
    values += four_of_c(at, apart);
  }
  if (RELU) {
    values = rectify_quad(values);
  }
  if (MASK) {
    values = select(vec4f(), values, lets_through_quad(four_of_mask(at, apart)));
  }
  if (!apart) {
    c_quads[at.x / 4u] = vec4<StoredC>(values);
    return;
  }
  for (var lane = 0u; lane < 4u; lane++) {
    if (columns.inside[lane]) {
      c_quads[at[lane] / 4u][at[lane] % 4u] = StoredC(values[lane]);
    }
  }
}
