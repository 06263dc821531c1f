// Max pooling, forward and backward.
//
//   y[plane, r, c]  = max over i, j of x[plane, r stride - padding + i dilation, c stride - padding + j dilation]
//   dx[plane, h, w] = sum of dy over the windows whose maximum is x[plane, h, w]
//
// x and dx: [planes, input_height, input_width]; y, dy and argmax: [planes, output_height, output_width]. A plane is one
// channel of one image. Windows are clipped to the input: padding never wins. Of equal maxima the first, row by row, wins;
// a NaN wins over everything. (A window without any element, which takes dilation, gives the lowest number and no gradient.)
//
// A plane of the result belongs to a workgroup or a few, whose threads take every so many-th position (planeGrid in
// src/kernels/planes.ts). argmax holds where each maximum was found, as a position in the flat x: the backward pass then
// needs neither x nor y, and reads an index and a dy of each window. A thread of it has four elements, two by two: most of
// the windows that reach over one of them reach over the others (in a 3 x 3 pool of stride 2 it reads 4, where four threads
// would read 9). Without argmax each of these windows would have to be searched again, 9 loads each, and x be kept. It is a
// quarter of x in memory, and only `forward_with_argmax` writes it; evaluation runs `forward`.
//
// Where x came out of a ReLU, it is the mask of its gradient, which must be 0 wherever x is. With MASK such maxima are
// nowhere, and the gradient of the pool is that of the ReLU at once.
//
// The stride is constant, so that divisions by it become shifts or multiplications. The kernel is not: unrolled loops over
// it gained nothing, and each new kernel took a second to compile on a software driver.

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
  dilation_rows: i32,
  dilation_columns: i32,
}

const WORKGROUP: u32 = 64u;
const STRIDE_ROWS: i32 = 2;
const STRIDE_COLUMNS: i32 = 2;
const MASK: bool = false; // argmax: a maximum that is not above 0 is nowhere

const LOWEST: f32 = -3.4028234663852886e38;
const NOWHERE: i32 = -1;

@group(0) @binding(0) var<uniform> params: Params;

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> argmax: array<u32>;

struct Maximum {
  value: f32,
  position: i32,
}

// A comparison of floats may not see NaN (WGSL lets it be optimised away); one of their bits does.
fn is_nan(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u;
}

fn maximum(plane: i32, position: i32) -> Maximum {
  let row = position / params.output_width;
  let column = position - row * params.output_width;
  let start = plane * params.input_height * params.input_width;
  var best = Maximum(LOWEST, NOWHERE);
  for (var i = 0; i < params.kernel_rows; i++) {
    let h = row * STRIDE_ROWS - params.padding_rows + i * params.dilation_rows;
    if (h < 0 || h >= params.input_height) {
      continue;
    }
    for (var j = 0; j < params.kernel_columns; j++) {
      let w = column * STRIDE_COLUMNS - params.padding_columns + j * params.dilation_columns;
      if (w < 0 || w >= params.input_width) {
        continue;
      }
      let candidate = start + h * params.input_width + w;
      let value = x[candidate];
      if (value > best.value || is_nan(value) || best.position == NOWHERE) {
        best = Maximum(value, candidate);
      }
    }
  }
  return best;
}

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = i32(thread.z * groups.y + thread.y);
  if (plane >= params.planes) {
    return;
  }
  let plane_size = params.output_height * params.output_width;
  for (var position = i32(thread.x); position < plane_size; position += i32(groups.x * WORKGROUP)) {
    y[plane * plane_size + position] = maximum(plane, position).value;
  }
}

@compute @workgroup_size(WORKGROUP)
fn forward_with_argmax(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = i32(thread.z * groups.y + thread.y);
  if (plane >= params.planes) {
    return;
  }
  let plane_size = params.output_height * params.output_width;
  for (var position = i32(thread.x); position < plane_size; position += i32(groups.x * WORKGROUP)) {
    let found = maximum(plane, position);
    y[plane * plane_size + position] = found.value;
    var winner = found.position;
    if (MASK && found.value <= 0.0) {
      winner = NOWHERE;
    }
    argmax[plane * plane_size + position] = u32(winner);
  }
}

@group(0) @binding(1) var<storage, read> winners: array<u32>;
@group(0) @binding(2) var<storage, read> output_gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> input_gradient: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = i32(thread.z * groups.y + thread.y);
  if (plane >= params.planes) {
    return;
  }
  let down = params.input_width;
  let across = (params.input_width + 1) / 2;
  let blocks = across * ((params.input_height + 1) / 2);
  for (var block = i32(thread.x); block < blocks; block += i32(groups.x * WORKGROUP)) {
    // My positions: of two rows from h on and two columns from w on. Beyond an edge they name others, and are not stored.
    let h = block / across * 2;
    let w = (block - block / across * across) * 2;
    let first = (plane * params.input_height + h) * down + w;
    let mine = vec4i(first, first + 1, first + down, first + down + 1);

    // The windows that reach over them: from the first that ends there or later to the last that begins there or earlier.
    let last_h = h + 1 + params.padding_rows;
    let last_w = w + 1 + params.padding_columns;
    let first_h = max(last_h - 1 - (params.kernel_rows - 1) * params.dilation_rows, 0);
    let first_w = max(last_w - 1 - (params.kernel_columns - 1) * params.dilation_columns, 0);
    let end_row = min(last_h / STRIDE_ROWS + 1, params.output_height);
    let end_column = min(last_w / STRIDE_COLUMNS + 1, params.output_width);
    var sums = vec4f();
    for (var row = (first_h + STRIDE_ROWS - 1) / STRIDE_ROWS; row < end_row; row++) {
      for (var column = (first_w + STRIDE_COLUMNS - 1) / STRIDE_COLUMNS; column < end_column; column++) {
        let window = (plane * params.output_height + row) * params.output_width + column;
        let winner = vec4i(i32(winners[window]));
        sums += select(vec4f(), vec4f(output_gradient[window]), winner == mine);
      }
    }

    let inside_h = h + 1 < params.input_height;
    let inside_w = w + 1 < params.input_width;
    input_gradient[mine.x] = sums.x;
    if (inside_w) {
      input_gradient[mine.y] = sums.y;
    }
    if (inside_h) {
      input_gradient[mine.z] = sums.z;
    }
    if (inside_h && inside_w) {
      input_gradient[mine.w] = sums.w;
    }
  }
}
