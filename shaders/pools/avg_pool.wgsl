// Average pooling, forward and backward.
//
//   y[plane, r, c]  = (1 / count) sum over i, j of x[plane, r stride - padding + i, c stride - padding + j]
//   dx[plane, h, w] = sum of dy / count over the windows that hold x[plane, h, w]
//
// x and dx: [planes, input_height, input_width]; y and dy: [planes, output_height, output_width]. A plane is one channel of
// one image. `count` is how many elements of the window lie in the input or, with COUNT_PADDING, in the padded input; what
// hangs over the padded edge, as the last window may, never counts. Elements in the padding are zeros.
//
// A plane of the result belongs to a workgroup or a few, whose threads are dealt its positions in turn (planeGrid in
// src/kernels/planes.ts), each in a fixed order of additions. The backward pass keeps nothing of the forward pass but its
// sizes. A thread of it gathers for four elements, two by two, from the windows that hold one of them (windows.wgsl).

import super::windows::{STRIDE_ROWS, STRIDE_COLUMNS, windows_over, blocks_in, block_at};

struct Params {
  planes: i32,
  input_height: i32,
  input_width: i32,
  output_height: i32,
  output_width: i32,
  kernel_rows: i32,
  kernel_columns: i32,
  padding_rows: i32,
  padding_columns: i32,
}

const WORKGROUP: u32 = 64u;
const COUNT_PADDING: bool = true;

@group(0) @binding(0) var<uniform> params: Params;

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

// How many elements of a window count, along one axis; `start` is where the window begins, negative in the padding.
fn counted(start: i32, kernel: i32, padding: i32, length: i32) -> i32 {
  let margin = select(0, padding, COUNT_PADDING);
  return min(start + kernel, length + margin) - max(start, -margin);
}

fn count(row: i32, column: i32) -> f32 {
  let start_row = row * STRIDE_ROWS - params.padding_rows;
  let start_column = column * STRIDE_COLUMNS - params.padding_columns;
  let rows = counted(start_row, params.kernel_rows, params.padding_rows, params.input_height);
  let columns = counted(start_column, params.kernel_columns, params.padding_columns, params.input_width);
  return f32(rows * columns);
}

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = i32(thread.z * groups.y + thread.y);
  if (plane >= params.planes) {
    return;
  }
  let plane_size = params.output_height * params.output_width;
  let start = plane * params.input_height * params.input_width;
  for (var position = i32(thread.x); position < plane_size; position += i32(groups.x * WORKGROUP)) {
    let row = position / params.output_width;
    let column = position - row * params.output_width;

    let first_h = row * STRIDE_ROWS - params.padding_rows;
    let first_w = column * STRIDE_COLUMNS - params.padding_columns;
    let end_h = min(first_h + params.kernel_rows, params.input_height);
    let end_w = min(first_w + params.kernel_columns, params.input_width);
    var sum = 0.0;
    for (var h = max(first_h, 0); h < end_h; h++) {
      for (var w = max(first_w, 0); w < end_w; w++) {
        sum += x[start + h * params.input_width + w];
      }
    }
    y[plane * plane_size + position] = sum / count(row, column);
  }
}

@group(0) @binding(1) var<storage, read> output_gradient: array<f32>;
@group(0) @binding(2) var<storage, read_write> input_gradient: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = i32(thread.z * groups.y + thread.y);
  if (plane >= params.planes) {
    return;
  }
  let down = params.input_width;
  let blocks = blocks_in(params.input_height, params.input_width);
  for (var i = i32(thread.x); i < blocks; i += i32(groups.x * WORKGROUP)) {
    // My positions: of two rows from h on and two columns from w on. What is beyond an edge is not stored.
    let block = block_at(i, params.input_width);
    let h = block.h;
    let w = block.w;
    let rows = vec4i(h, h, h + 1, h + 1) + params.padding_rows;
    let columns = vec4i(w, w + 1, w, w + 1) + params.padding_columns;

    let over_h = windows_over(rows.x, params.kernel_rows - 1, STRIDE_ROWS, params.output_height);
    let over_w = windows_over(columns.x, params.kernel_columns - 1, STRIDE_COLUMNS, params.output_width);
    var sums = vec4f();
    for (var row = over_h.first; row < over_h.end; row++) {
      let in_rows = vec4u(rows - row * STRIDE_ROWS) < vec4u(u32(params.kernel_rows));
      for (var column = over_w.first; column < over_w.end; column++) {
        let in_columns = vec4u(columns - column * STRIDE_COLUMNS) < vec4u(u32(params.kernel_columns));
        let window = (plane * params.output_height + row) * params.output_width + column;
        let share = output_gradient[window] / count(row, column);
        sums += select(vec4f(), vec4f(share), in_rows & in_columns);
      }
    }

    let first = (plane * params.input_height + h) * down + w;
    let inside_h = h + 1 < params.input_height;
    let inside_w = w + 1 < params.input_width;
    input_gradient[first] = sums.x;
    if (inside_w) {
      input_gradient[first + 1] = sums.y;
    }
    if (inside_h) {
      input_gradient[first + down] = sums.z;
    }
    if (inside_h && inside_w) {
      input_gradient[first + down + 1] = sums.w;
    }
  }
}
