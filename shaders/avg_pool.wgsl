// Average pooling, forward and backward.
//
//   y[plane, r, c]  = (1 / count) sum over the window of x[plane, r STRIDE - PADDING + i, c STRIDE - PADDING + j]
//   dx[plane, h, w] = sum of dy / count over the windows that hold x[plane, h, w]
//
// x and dx: [planes, input_height, input_width]; y and dy: [planes, output_height, output_width]. A plane is one channel of
// one image. `count` is how many elements of the window lie in the input or, with COUNT_PADDING, in the padded input; what
// hangs over the padded edge, as the last window may, never counts. Elements in the padding are zeros.
//
// One thread computes one element of its result, in a fixed order of additions; the backward pass gathers from the windows
// around an element and keeps nothing of the forward pass but its sizes. The window is constant, so that loops over it
// unroll and divisions by the stride become shifts or multiplications. The backward pass asks windows that do not exist
// too, and discards the answer: without branches a software driver needs a third of the time.

struct Params {
  planes: u32,
  input_height: u32,
  input_width: u32,
  output_height: u32,
  output_width: u32,
}

const WORKGROUP: u32 = 64u;
const KERNEL_ROWS: i32 = 2;
const KERNEL_COLUMNS: i32 = 2;
const STRIDE_ROWS: i32 = 2;
const STRIDE_COLUMNS: i32 = 2;
const PADDING_ROWS: i32 = 0;
const PADDING_COLUMNS: i32 = 0;
const COUNT_PADDING: bool = true;

// How many windows can hold one element, along an axis.
const OVERLAP_ROWS: i32 = (KERNEL_ROWS - 1) / STRIDE_ROWS + 1;
const OVERLAP_COLUMNS: i32 = (KERNEL_COLUMNS - 1) / STRIDE_COLUMNS + 1;

@group(0) @binding(0) var<uniform> params: Params;

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

// How many elements of a window count, along one axis; `start` is where the window begins, negative in the padding.
fn counted(start: i32, kernel: i32, padding: i32, length: i32) -> i32 {
  let margin = select(0, padding, COUNT_PADDING);
  return min(start + kernel, length + margin) - max(start, -margin);
}

fn count(row: i32, column: i32) -> f32 {
  let start_row = row * STRIDE_ROWS - PADDING_ROWS;
  let start_column = column * STRIDE_COLUMNS - PADDING_COLUMNS;
  let rows = counted(start_row, KERNEL_ROWS, PADDING_ROWS, i32(params.input_height));
  let columns = counted(start_column, KERNEL_COLUMNS, PADDING_COLUMNS, i32(params.input_width));
  return f32(rows * columns);
}

@compute @workgroup_size(WORKGROUP)
fn forward(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let plane = group.z * groups.y + group.y;
  let position = group.x * WORKGROUP + lane;
  let plane_size = params.output_height * params.output_width;
  if (plane >= params.planes || position >= plane_size) {
    return;
  }
  let row = i32(position / params.output_width);
  let column = i32(position) - row * i32(params.output_width);
  let height = i32(params.input_height);
  let width = i32(params.input_width);
  let start = plane * params.input_height * params.input_width;

  var sum = 0.0;
  for (var i = 0; i < KERNEL_ROWS; i++) {
    let h = row * STRIDE_ROWS - PADDING_ROWS + i;
    if (h < 0 || h >= height) {
      continue;
    }
    for (var j = 0; j < KERNEL_COLUMNS; j++) {
      let w = column * STRIDE_COLUMNS - PADDING_COLUMNS + j;
      if (w < 0 || w >= width) {
        continue;
      }
      sum += x[start + u32(h * width + w)];
    }
  }
  y[plane * plane_size + position] = sum / count(row, column);
}

@group(0) @binding(1) var<storage, read> output_gradient: array<f32>;
@group(0) @binding(2) var<storage, read_write> input_gradient: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn backward(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let plane = group.z * groups.y + group.y;
  let position = group.x * WORKGROUP + lane;
  let plane_size = params.input_height * params.input_width;
  if (plane >= params.planes || position >= plane_size) {
    return;
  }
  let h = i32(position / params.input_width);
  let w = i32(position) - h * i32(params.input_width);
  let start = plane * params.output_height * params.output_width;

  // Windows begin every STRIDE; the last that can hold me begins at or just before me, the others one, two, ... before that.
  let last_row = (h + PADDING_ROWS) / STRIDE_ROWS;
  let last_column = (w + PADDING_COLUMNS) / STRIDE_COLUMNS;
  var sum = 0.0;
  for (var i = 0; i < OVERLAP_ROWS; i++) {
    let row = clamp(last_row - i, 0, i32(params.output_height) - 1);
    let holds_row = (row == last_row - i) & (h < row * STRIDE_ROWS - PADDING_ROWS + KERNEL_ROWS);
    for (var j = 0; j < OVERLAP_COLUMNS; j++) {
      let column = clamp(last_column - j, 0, i32(params.output_width) - 1);
      let holds_column = (column == last_column - j) & (w < column * STRIDE_COLUMNS - PADDING_COLUMNS + KERNEL_COLUMNS);
      let share = output_gradient[start + u32(row) * params.output_width + u32(column)] / count(row, column);
      sum += select(0.0, share, holds_row & holds_column);
    }
  }
  input_gradient[plane * plane_size + position] = sum;
}
