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
// With DROP the pool does the work of the dropout behind it (elementwise/dropout.wgsl), to the bit: what it stores is dropped or
// enlarged, and so is each dy that it reads. Which windows were dropped is a bit of the argmax, so that the way back draws nothing. Their
// argmax is not NOWHERE, since NaN and the infinities in dy are to become NaN, as in any product with 0.
//
// The stride is constant (windows.wgsl), and so is a small kernel on a GPU. Where it is, `backward_wide` is for planes whose width is
// a multiple of four: a thread has two rows of four elements, and stores four at a time.

import package::nan::is_nan;
import package::elementwise::rectify::lets_through;
import package::random::{Key, random_bits};
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
  dilation_rows: i32,
  dilation_columns: i32,
  threshold: u32, // with DROP, as in dropout.wgsl
  scale: f32,
}

const WORKGROUP: u32 = 64u;
const MASK: bool = false; // argmax: a maximum that is 0 or below is nowhere
const DROP: bool = false; // each maximum is dropped, or scaled

const LOWEST: f32 = -3.4028234663852886e38;
// In argmax: of a window whose maximum gets no gradient. No position is as large, with the uppermost bit or without it.
const NOWHERE: i32 = -1;
const DROPPED: u32 = 0x80000000u; // the uppermost bit, in argmax: the maximum was dropped

@group(0) @binding(0) var<uniform> params: Params;

@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;
@group(0) @binding(3) var<storage, read_write> argmax: array<u32>;
@group(0) @binding(4) var<storage, read> key: Key; // with DROP

struct Maximum {
  value: f32,
  position: i32,
}

// That of the window at a row and a column of a plane that begins at `start`.
fn maximum(start: i32, row: i32, column: i32) -> Maximum {
  if (KERNEL_ROWS > 0) {
    return maximum_of_known_kernel(start, row, column);
  }
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
      let value = f32(x[candidate]);
      if (is_nan(value) || best.position == NOWHERE || (value > best.value && !is_nan(best.value))) {
        best = Maximum(value, candidate);
      }
    }
  }
  return best;
}

// Without dilation. Where the window hangs over an edge, the elements along the edge are looked at again, instead of those that are
// not there: neither the first of the largest nor the last NaN becomes another by it.
fn maximum_of_known_kernel(start: i32, row: i32, column: i32) -> Maximum {
  let top = row * STRIDE_ROWS - params.padding_rows;
  let left = column * STRIDE_COLUMNS - params.padding_columns;
  var best = Maximum(LOWEST, NOWHERE);
  for (var i = 0; i < KERNEL_ROWS; i++) {
    let first = start + clamp(top + i, 0, params.input_height - 1) * params.input_width;
    for (var j = 0; j < KERNEL_COLUMNS; j++) {
      let candidate = first + clamp(left + j, 0, params.input_width - 1);
      let value = f32(x[candidate]);
      if ((i == 0 && j == 0) || is_nan(value) || (value > best.value && !is_nan(best.value))) {
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
  let start = plane * params.input_height * params.input_width;
  let plane_size = params.output_height * params.output_width;
  let step = i32(groups.x * WORKGROUP);
  let on = position_of(step, params.output_width);
  var at = position_of(i32(thread.x), params.output_width);
  for (var position = i32(thread.x); position < plane_size; position += step) {
    y[plane * plane_size + position] = Stored(maximum(start, at.row, at.column).value);
    at = position_after(at, on, params.output_width);
  }
}

@compute @workgroup_size(WORKGROUP)
fn forward_with_argmax(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = i32(thread.z * groups.y + thread.y);
  if (plane >= params.planes) {
    return;
  }
  let start = plane * params.input_height * params.input_width;
  let plane_size = params.output_height * params.output_width;
  let step = i32(groups.x * WORKGROUP);
  let on = position_of(step, params.output_width);
  var at = position_of(i32(thread.x), params.output_width);
  var drawn = Key();
  if (DROP) {
    drawn = key;
  }
  for (var position = i32(thread.x); position < plane_size; position += step) {
    let window = plane * plane_size + position;
    let found = maximum(start, at.row, at.column);
    var value = Stored(found.value);
    var winner = u32(found.position);
    if (MASK && !lets_through(found.value)) {
      winner = u32(NOWHERE);
    }
    if (DROP) {
      let kept = random_bits(drawn, u32(window)).x >= params.threshold;
      value = Stored(select(0.0, params.scale, kept) * f32(value));
      winner |= select(DROPPED, 0u, kept);
    }
    y[window] = value;
    argmax[window] = winner;
    at = position_after(at, on, params.output_width);
  }
}

@group(0) @binding(1) var<storage, read> winners: array<u32>;
@group(0) @binding(2) var<storage, read> output_gradient: array<Stored>;
@group(0) @binding(3) var<storage, read_write> input_gradient: array<Stored>;

// What comes back to a window, and where its maximum was. The dropout rounds to what is stored; to select among what is stored keeps a
// driver from leaving that out, as it may where a number becomes a half and a single again.
struct Returned {
  gradient: Stored,
  winner: i32,
}

fn returned(window: i32) -> Returned {
  let winner = winners[window];
  let gradient = output_gradient[window];
  if (DROP) {
    let factor = select(0.0, params.scale, winner < DROPPED);
    return Returned(Stored(factor * f32(gradient)), i32(winner & ~DROPPED));
  }
  return Returned(gradient, i32(winner));
}

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
        let back = returned(window);
        let winner = vec4i(back.winner);
        sums += vec4f(select(vec4<Stored>(), vec4<Stored>(back.gradient), winner == mine));
      }
    }

    let inside_h = h + 1 < params.input_height;
    let inside_w = w + 1 < params.input_width;
    input_gradient[mine.x] = Stored(sums.x);
    if (inside_w) {
      input_gradient[mine.y] = Stored(sums.y);
    }
    if (inside_h) {
      input_gradient[mine.z] = Stored(sums.z);
    }
    if (inside_h && inside_w) {
      input_gradient[mine.w] = Stored(sums.w);
    }
  }
}

@group(0) @binding(3) var<storage, read_write> input_gradient_quads: array<vec4<Stored>>;

const WIDE_WORKGROUP: u32 = 256u;

@compute @workgroup_size(WIDE_WORKGROUP)
fn backward_wide(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let down = params.input_width;
  let blocks = params.planes * wide_blocks_in(params.input_height, params.input_width);
  for (var index = i32(thread.x); index < blocks; index += i32(groups.x * WIDE_WORKGROUP)) {
    let block = wide_block_at(index, params.input_height, params.input_width);
    let first = (block.plane * params.input_height + block.h) * down + block.w;
    let upper = first + vec4i(0, 1, 2, 3);
    let lower = upper + down;

    let h = block.h + params.padding_rows;
    let w = block.w + params.padding_columns;
    let over_h = windows_over(h, KERNEL_ROWS - 1, STRIDE_ROWS, params.output_height);
    let over_w = windows_over_more(w, 3, KERNEL_COLUMNS - 1, STRIDE_COLUMNS, params.output_width);
    var upper_sums = vec4f();
    var lower_sums = vec4f();
    for (var i = 0; i < MOST_ROWS; i++) {
      let row = min(over_h.first + i, params.output_height - 1);
      for (var j = 0; j < MOST_COLUMNS; j++) {
        let column = min(over_w.first + j, params.output_width - 1);
        let there = over_h.first + i < over_h.end && over_w.first + j < over_w.end;
        let window = (block.plane * params.output_height + row) * params.output_width + column;
        let back = returned(window);
        let winner = vec4i(select(NOWHERE, back.winner, there));
        let gradient = vec4<Stored>(back.gradient);
        upper_sums += vec4f(select(vec4<Stored>(), gradient, winner == upper));
        lower_sums += vec4f(select(vec4<Stored>(), gradient, winner == lower));
      }
    }

    input_gradient_quads[first / 4] = vec4<Stored>(upper_sums);
    if (block.h + 1 < params.input_height) {
      input_gradient_quads[(first + down) / 4] = vec4<Stored>(lower_sums);
    }
  }
}
