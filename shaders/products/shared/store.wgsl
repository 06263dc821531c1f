// Storing the sums of one row at four columns of c, after all that a layer does next.
//
// Columns that are not inside of c are computed, since all lanes of a vector are, but not stored.

import package::elementwise::rectify::{rectify_quad, lets_through_quad};
import super::again::{HALF, again_unless_finite};
import super::columns::Columns;
import super::epilogue::{ROW_BIAS, COLUMN_BIAS, ACCUMULATE, RELU, MASK};
import super::operands::{StoredC, bias, mask, c};
import super::parameters::params;
import super::window::WINDOW;

fn store(columns: Columns, row: u32, sums: vec4f) {
  let at = columns.c + row * params.c_row;
  var values = sums;
  if (WINDOW || HALF) {
    values = again_unless_finite(values, columns, row);
  }
  if (ROW_BIAS) {
    values += bias[row];
  }
  if (COLUMN_BIAS) {
    let i = columns.index;
    values += vec4f(bias[i.x], bias[i.y], bias[i.z], bias[i.w]);
  }
  if (ACCUMULATE) {
    values += vec4f(f32(c[at.x]), f32(c[at.y]), f32(c[at.z]), f32(c[at.w]));
  }
  if (RELU) {
    values = rectify_quad(values);
  }
  if (MASK) {
    let open = lets_through_quad(vec4f(f32(mask[at.x]), f32(mask[at.y]), f32(mask[at.z]), f32(mask[at.w])));
    values = select(vec4f(), values, open);
  }
  if (columns.inside.x) {
    c[at.x] = StoredC(values.x);
  }
  if (columns.inside.y) {
    c[at.y] = StoredC(values.y);
  }
  if (columns.inside.z) {
    c[at.z] = StoredC(values.z);
  }
  if (columns.inside.w) {
    c[at.w] = StoredC(values.w);
  }
}
