// Max pooling, forward and backward.
//
//   y[plane, r, c]  = max over i, j of x[plane, r stride - padding + i dilation, c stride - padding + j dilation]
//   dx[plane, h, w] = sum of dy over the windows whose maximum is x[plane, h, w]
//
// x and dx: [planes, input_height, input_width]; y, dy and argmax: [planes, output_height, output_width]. A plane is one
// channel of one image. Windows are clipped to the input: padding never wins. Of equal maxima the first, row by row, wins; a
// NaN wins over everything. (A window without any element, which only dilation makes possible, gives the lowest number and no
// gradient.)
//
// A plane of the result belongs to a workgroup or a few, whose threads are dealt its positions in turn (planeGrid in
// src/kernels/planes.ts). argmax holds where each maximum was found, as a position in the flat x: the backward pass then
// needs neither x nor y, and reads an index and a dy of each window. A thread of it has four elements, two by two: most of
// the windows that reach over one of them reach over the others (in a 3 x 3 pool of stride 2 it reads 4, where four threads
// would read 9). Without argmax each of these windows would have to be searched again, 9 loads each, and x be kept. It is a
// quarter of x in memory, and only `forward_with_argmax` writes it; evaluation runs `forward`.
//
// Where x came out of a ReLU, it is the mask of its gradient, which must be 0 wherever x is. With MASK the argmax of such a
// maximum is NOWHERE, and the gradient of the pool is that of the ReLU at once.
//
// The stride is constant (windows.wgsl). The kernel is not: unrolled loops over it gained nothing, and each new kernel took a
// second to compile on a software driver.

import package::nan::is_nan;
import package::rectify::lets_through;
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
  dilation_rows: i32,
  dilation_columns: i32,
}

const WORKGROUP: u32 = 64u;
const MASK: bool = false; // argmax: a maximum that is 0 or below is nowhere

const LOWEST: f32 = -3.4028234663852886e38;
const NOWHERE: i32 = -1; // in argmax: of a window whose maximum gets no gradient

@group(0) @binding(0) var<uniform> params: Params;

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> argmax: array<u32>;

struct Maximum {
  value: f32,
  position: i32,
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
      if (is_nan(value) || best.position == NOWHERE || (value > best.value && !is_nan(best.value))) {
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
    if (MASK && !lets_through(found.value)) {
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
  let blocks = blocks_in(params.input_height, params.input_width);
  for (var i = i32(thread.x); i < blocks; i += i32(groups.x * WORKGROUP)) {
    // My positions: of two rows from h on and two columns from w on. Beyond an edge they name others, and are not stored.
    let block = block_at(i, params.input_width);
    let h = block.h;
    let w = block.w;
    let first = (plane * params.input_height + h) * down + w;
    let mine = vec4i(first, first + 1, first + down, first + down + 1);

    let reach_h = (params.kernel_rows - 1) * params.dilation_rows;
    let reach_w = (params.kernel_columns - 1) * params.dilation_columns;
    let over_h = windows_over(h + params.padding_rows, reach_h, STRIDE_ROWS, params.output_height);
    let over_w = windows_over(w + params.padding_columns, reach_w, STRIDE_COLUMNS, params.output_width);
    var sums = vec4f();
    for (var row = over_h.first; row < over_h.end; row++) {
      for (var column = over_w.first; column < over_w.end; column++) {
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
