// Matrix product, the second rung of the ladder: the specification.
//
//   c[batch][row][column] = sum over (outer, middle, inner) of a[batch][row][outer, middle, inner] * b[batch][outer, inner][column]
//
// followed by what a layer does next (shared/epilogue.wgsl). Every axis has a stride of its own, so one kernel serves all
// transposes. Columns come in groups and the sum in three levels, because a convolution is a product whose b is read through a
// sliding WINDOW (implicit GEMM: the unfolded images are never stored; shared/window.wgsl). Then b holds images of height x
// width, and a term at a column reads the element
//
//   y = origin_y + (column in its group / column_width) * column_y + (middle / middle_width) * middle_y
//   x = origin_x + (column in its group % column_width) * column_x + (middle % middle_width) * middle_x + inner * inner_x
//
// of the image at outer * b_outer + inner * b_inner + group * b_group; outside of it, in the padding, there is no such term.
// The three directions of a convolution differ in these numbers only; src/kernels/products/conv2d.ts has the table. Where a is
// the gradient of a layer's output, and the product that of its weight, ROW_SUMS gives that of its bias besides
// (shared/row_sums.wgsl).
//
// It is the idea of matmul_naive.wgsl, for every layout: one thread computes one element of c and loads two numbers for each
// term. Workgroups: x along columns, y along rows, z along batches. The rungs above take the same operands and parameters
// (shared/operands.wgsl, shared/parameters.wgsl) and must give what this one gives, rounding apart.

import package::elementwise::rectify::{rectify, lets_through};
import super::shared::epilogue::{ROW_BIAS, COLUMN_BIAS, ACCUMULATE, RELU, MASK};
import super::shared::operands::{StoredC, a, b, bias, mask, c};
import super::shared::parameters::params;
import super::shared::row_sums::{ROW_SUMS, store_row_sum};
import super::shared::tile::tile_of;
import super::shared::window::{WINDOW, place_in_image, is_inside};

const TILE_ROWS: u32 = 16u; // rows of c a workgroup
const TILE_COLUMNS: u32 = 16u; // and columns

fn store(batch: u32, row: u32, column: u32, sum: f32) {
  if (row >= params.rows || column >= params.columns) {
    return;
  }
  let i = params.c_start + batch * params.c_batch + row * params.c_row
    + (column / params.group) * params.c_group + (column % params.group) * params.c_column;
  var value = sum;
  if (ROW_BIAS) {
    value += bias[row];
  }
  if (COLUMN_BIAS) {
    value += bias[column];
  }
  if (ACCUMULATE) {
    value += f32(c[i]);
  }
  if (RELU) {
    value = rectify(value);
  }
  if (MASK) {
    value = select(0.0, value, lets_through(f32(mask[i])));
  }
  c[i] = StoredC(value);
}

@compute @workgroup_size(TILE_COLUMNS, TILE_ROWS)
fn product(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) thread: vec3u) {
  let id = tile_of(group) * vec3u(TILE_COLUMNS, TILE_ROWS, 1u) + thread;
  let row = min(id.y, params.rows - 1u);
  let column = min(id.x, params.columns - 1u);
  let within = column % params.group;
  let a_base = params.a_start + id.z * params.a_batch + row * params.a_row;
  let b_base = params.b_start + id.z * params.b_batch
    + (column / params.group) * params.b_group + within * params.b_column;
  let column_y = params.origin_y + i32(within / params.column_width) * params.column_y;
  let column_x = params.origin_x + i32(within % params.column_width) * params.column_x;
  var sum = 0.0;
  var row_sum = 0.0;
  for (var outer = 0u; outer < params.outer; outer++) {
    for (var middle = 0u; middle < params.middle; middle++) {
      var i = a_base + outer * params.a_outer + middle * params.a_middle;
      var j = b_base + outer * params.b_outer;
      let y = column_y + i32(middle / params.middle_width) * params.middle_y;
      var x = column_x + i32(middle % params.middle_width) * params.middle_x;
      for (var inner = 0u; inner < params.inner; inner++) {
        if (!WINDOW) {
          sum = fma(f32(a[i]), f32(b[j]), sum);
        } else if (is_inside(y, x)) {
          sum = fma(f32(a[i]), f32(b[j + place_in_image(y, x)]), sum);
        }
        if (ROW_SUMS) {
          row_sum += f32(a[i]);
        }
        i += params.a_inner;
        j += params.b_inner;
        x += params.inner_x;
      }
    }
  }
  store(id.z, id.y, id.x, sum);
  if (ROW_SUMS && id.x == 0u && id.y < params.rows) {
    store_row_sum(id.z, row, row_sum);
  }
}
