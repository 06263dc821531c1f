// Four columns of the product, which one thread works on: where they are in b and in c.
//
// All that takes a division is found here, once, and not again for each term or row.

import super::parameters::params;
import super::window::WINDOW;

struct Columns {
  batch: u32,
  index: vec4u,
  inside: vec4<bool>,
  b: vec4u, // where each starts in b
  y: vec4i, // and in its images, if they are read through a window
  x: vec4i,
  c: vec4u, // and in c
}

// Four columns from `first` on, `apart` columns from one another. Past the edge the last column is computed again, and never
// stored.
fn columns_of(batch: u32, first: u32, apart: u32) -> Columns {
  let unclamped = first + apart * vec4u(0u, 1u, 2u, 3u);
  let index = min(unclamped, vec4u(params.columns - 1u));
  let group = index / params.group;
  let within = index - group * params.group;
  var columns = Columns(
    batch,
    index,
    unclamped == index,
    params.b_start + batch * params.b_batch + group * params.b_group + within * params.b_column,
    vec4i(),
    vec4i(),
    params.c_start + batch * params.c_batch + group * params.c_group + within * params.c_column,
  );
  if (WINDOW) {
    let line = within / params.column_width;
    columns.y = params.origin_y + vec4i(line) * params.column_y;
    columns.x = params.origin_x + vec4i(within - line * params.column_width) * params.column_x;
  }
  return columns;
}
