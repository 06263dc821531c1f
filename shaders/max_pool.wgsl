// Max pooling, forward and backward.
//
//   y[plane, r, c]  = max over the window of x[plane, r STRIDE - PADDING + i DILATION, c STRIDE - PADDING + j DILATION]
//   dx[plane, h, w] = sum of dy over the windows whose maximum is x[plane, h, w]
//
// x and dx: [planes, input_height, input_width]; y, dy and argmax: [planes, output_height, output_width]. A plane is one
// channel of one image. Windows are clipped to the input: padding never wins. Of equal maxima the first, row by row, wins;
// a NaN wins over everything. (A window without any element, which takes dilation, gives the lowest number and no gradient.)
//
// One thread computes one element of its result. argmax holds where each maximum was found, as a position in the flat x:
// the backward pass then reads, for each x, an index and a dy from each window around it (4 in a 3 x 3 pool of stride 2),
// and neither x nor y. Without it each of these windows would have to be searched again, 9 loads each, and x be kept. It is
// a quarter of x in memory, and only `forward_with_argmax` writes it; evaluation runs `forward`.
//
// The window is constant, so that loops over it unroll and divisions by the stride become shifts or multiplications.
// The backward pass asks windows that do not exist too, and discards the answer: without branches a software driver needs
// a third of the time.

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
const DILATION_ROWS: i32 = 1;
const DILATION_COLUMNS: i32 = 1;

// How many windows can hold one element, along an axis.
const OVERLAP_ROWS: i32 = (KERNEL_ROWS - 1) * DILATION_ROWS / STRIDE_ROWS + 1;
const OVERLAP_COLUMNS: i32 = (KERNEL_COLUMNS - 1) * DILATION_COLUMNS / STRIDE_COLUMNS + 1;

const LOWEST: f32 = -3.4028234663852886e38;
const NOWHERE: u32 = 0xffffffffu;

@group(0) @binding(0) var<uniform> params: Params;

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> argmax: array<u32>;

struct Maximum {
  value: f32,
  position: u32,
}

// A comparison of floats may not see NaN (WGSL lets it be optimised away); one of their bits does.
fn is_nan(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u;
}

fn maximum(plane: u32, row: i32, column: i32) -> Maximum {
  let height = i32(params.input_height);
  let width = i32(params.input_width);
  let start = plane * params.input_height * params.input_width;
  var best = Maximum(LOWEST, NOWHERE);
  for (var i = 0; i < KERNEL_ROWS; i++) {
    let h = row * STRIDE_ROWS - PADDING_ROWS + i * DILATION_ROWS;
    if (h < 0 || h >= height) {
      continue;
    }
    for (var j = 0; j < KERNEL_COLUMNS; j++) {
      let w = column * STRIDE_COLUMNS - PADDING_COLUMNS + j * DILATION_COLUMNS;
      if (w < 0 || w >= width) {
        continue;
      }
      let position = start + u32(h * width + w);
      let value = x[position];
      if (value > best.value || is_nan(value) || best.position == NOWHERE) {
        best = Maximum(value, position);
      }
    }
  }
  return best;
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
  let row = position / params.output_width;
  let column = position - row * params.output_width;
  y[plane * plane_size + position] = maximum(plane, i32(row), i32(column)).value;
}

@compute @workgroup_size(WORKGROUP)
fn forward_with_argmax(
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
  let row = position / params.output_width;
  let column = position - row * params.output_width;
  let found = maximum(plane, i32(row), i32(column));
  y[plane * plane_size + position] = found.value;
  argmax[plane * plane_size + position] = found.position;
}

@group(0) @binding(1) var<storage, read> winners: array<u32>;
@group(0) @binding(2) var<storage, read> output_gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> input_gradient: array<f32>;

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
  let h = position / params.input_width;
  let w = position - h * params.input_width;
  let me = plane * plane_size + position;
  let start = plane * params.output_height * params.output_width;

  // Windows begin every STRIDE; the last that can hold me begins at or just before me, the others one, two, ... before that.
  let last_row = (i32(h) + PADDING_ROWS) / STRIDE_ROWS;
  let last_column = (i32(w) + PADDING_COLUMNS) / STRIDE_COLUMNS;
  var sum = 0.0;
  for (var i = 0; i < OVERLAP_ROWS; i++) {
    let row = clamp(last_row - i, 0, i32(params.output_height) - 1);
    for (var j = 0; j < OVERLAP_COLUMNS; j++) {
      let column = clamp(last_column - j, 0, i32(params.output_width) - 1);
      let window = start + u32(row) * params.output_width + u32(column);
      let here = (row == last_row - i) & (column == last_column - j) & (winners[window] == me);
      sum += select(0.0, output_gradient[window], here);
    }
  }
  input_gradient[me] = sum;
}
