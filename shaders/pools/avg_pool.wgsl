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
//
// The stride is constant, and so is a small kernel on a GPU. Where it is, `backward_wide` is for planes whose width is a multiple of
// four: a thread has two rows of four elements, and stores four at a time.

import super::windows::{
  STRIDE_ROWS, STRIDE_COLUMNS, KERNEL_ROWS, KERNEL_COLUMNS, MOST_ROWS, MOST_COLUMNS, Stored,
  windows_over, windows_over_more, blocks_in, block_at, wide_blocks_in, wide_block_at, position_of, position_after
};

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

@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;

// How many elements of a window count, along one axis; `start` is where the window begins, negative in the padding.
fn counted(start: i32, kernel: i32, padding: i32, length: i32) -> i32 {
  let margin = select(0, padding, COUNT_PADDING);
  return min(start + kernel, length + margin) - max(start, -margin);
}

fn counted_rows(row: i32) -> i32 {
  let start = row * STRIDE_ROWS - params.padding_rows;
  return counted(start, params.kernel_rows, params.padding_rows, params.input_height);
}

fn counted_columns(column: i32) -> i32 {
  let start = column * STRIDE_COLUMNS - params.padding_columns;
  return counted(start, params.kernel_columns, params.padding_columns, params.input_width);
}

// The sum of the window at a row and a column of a plane that begins at `start`.
fn sum_of(start: i32, row: i32, column: i32) -> f32 {
  let top = row * STRIDE_ROWS - params.padding_rows;
  let left = column * STRIDE_COLUMNS - params.padding_columns;
  var sum = 0.0;
  if (KERNEL_ROWS > 0) {
    for (var i = 0; i < KERNEL_ROWS; i++) {
      let inside_h = top + i >= 0 && top + i < params.input_height;
      let first = start + clamp(top + i, 0, params.input_height - 1) * params.input_width;
      for (var j = 0; j < KERNEL_COLUMNS; j++) {
        let inside = inside_h && left + j >= 0 && left + j < params.input_width;
        let value = f32(x[first + clamp(left + j, 0, params.input_width - 1)]);
        sum += select(0.0, value, inside);
      }
    }
    return sum;
  }
  let end_h = min(top + params.kernel_rows, params.input_height);
  let end_w = min(left + params.kernel_columns, params.input_width);
  for (var h = max(top, 0); h < end_h; h++) {
    for (var w = max(left, 0); w < end_w; w++) {
      sum += f32(x[start + h * params.input_width + w]);
    }
  }
  return sum;
}

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = i32(thread.z * groups.y + thread.y);
  if (plane >= params.planes) {
    return;
  }
  let plane_size = params.output_height * params.output_width;
  let start = plane * params.input_height * params.input_width;
  let step = i32(groups.x * WORKGROUP);
  let on = position_of(step, params.output_width);
  var at = position_of(i32(thread.x), params.output_width);
  for (var position = i32(thread.x); position < plane_size; position += step) {
    let count = f32(counted_rows(at.row) * counted_columns(at.column));
    y[plane * plane_size + position] = Stored(sum_of(start, at.row, at.column) / count);
    at = position_after(at, on, params.output_width);
  }
}

@group(0) @binding(1) var<storage, read> output_gradient: array<Stored>;
@group(0) @binding(2) var<storage, read_write> input_gradient: array<Stored>;

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
        let share = f32(output_gradient[window]) / f32(counted_rows(row) * counted_columns(column));
        sums += select(vec4f(), vec4f(share), in_rows & in_columns);
      }
    }

    let first = (plane * params.input_height + h) * down + w;
    let inside_h = h + 1 < params.input_height;
    let inside_w = w + 1 < params.input_width;
    input_gradient[first] = Stored(sums.x);
    if (inside_w) {
      input_gradient[first + 1] = Stored(sums.y);
    }
    if (inside_h) {
      input_gradient[first + down] = Stored(sums.z);
    }
    if (inside_h && inside_w) {
      input_gradient[first + down + 1] = Stored(sums.w);
    }
  }
}

@group(0) @binding(2) var<storage, read_write> input_gradient_quads: array<vec4<Stored>>;

const WIDE_WORKGROUP: u32 = 256u;

@compute @workgroup_size(WIDE_WORKGROUP)
fn backward_wide(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let blocks = params.planes * wide_blocks_in(params.input_height, params.input_width);
  for (var index = i32(thread.x); index < blocks; index += i32(groups.x * WIDE_WORKGROUP)) {
    let block = wide_block_at(index, params.input_height, params.input_width);
    let h = block.h + params.padding_rows;
    let w = block.w + params.padding_columns;
    let columns = w + vec4i(0, 1, 2, 3);

    let over_h = windows_over(h, KERNEL_ROWS - 1, STRIDE_ROWS, params.output_height);
    let over_w = windows_over_more(w, 3, KERNEL_COLUMNS - 1, STRIDE_COLUMNS, params.output_width);
    var upper_sums = vec4f();
    var lower_sums = vec4f();
    for (var i = 0; i < MOST_ROWS; i++) {
      let row = min(over_h.first + i, params.output_height - 1);
      let there_h = over_h.first + i < over_h.end;
      let in_upper = there_h && u32(h - row * STRIDE_ROWS) < u32(KERNEL_ROWS);
      let in_lower = there_h && u32(h + 1 - row * STRIDE_ROWS) < u32(KERNEL_ROWS);
      for (var j = 0; j < MOST_COLUMNS; j++) {
        let column = min(over_w.first + j, params.output_width - 1);
        let there = vec4(over_w.first + j < over_w.end);
        let in_columns = there & (vec4u(columns - column * STRIDE_COLUMNS) < vec4u(u32(KERNEL_COLUMNS)));
        let window = (block.plane * params.output_height + row) * params.output_width + column;
        let share = vec4f(f32(output_gradient[window]) / f32(counted_rows(row) * counted_columns(column)));
        upper_sums += select(vec4f(), share, in_columns & vec4(in_upper));
        lower_sums += select(vec4f(), share, in_columns & vec4(in_lower));
      }
    }

    let first = (block.plane * params.input_height + block.h) * params.input_width + block.w;
    input_gradient_quads[first / 4] = vec4<Stored>(upper_sums);
    if (block.h + 1 < params.input_height) {
      input_gradient_quads[(first + params.input_width) / 4] = vec4<Stored>(lower_sums);
    }
  }
}
