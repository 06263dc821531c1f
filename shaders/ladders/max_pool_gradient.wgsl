// The gradient of max pooling without what makes it fast: the lower rungs of the ladder of pools.
//
//   dx[plane, h, w] = sum of dy over the windows whose maximum is x[plane, h, w]
//
// x and dx: [planes, input_height, input_width]; dy and argmax: [planes, output_height, output_width]. A thread has one element of
// dx, and asks each window that reaches over it. `search` looks for the maximum of each of these windows again, in x; `look_up`
// finds it in argmax, which the forward pass left. Of equal maxima the first, row by row, has it. There is no padding and no
// dilation. Nothing but `dawngrad ladder pool` runs this: pools/max_pool.wgsl looks up too, for four elements at a time.

struct Params {
  planes: i32,
  input_height: i32,
  input_width: i32,
  output_height: i32,
  output_width: i32,
  kernel: i32,
  stride: i32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> output_gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> input_gradient: array<f32>;

// An element of the input, and the windows that reach over it: from `first` up to `end`, rows and columns.
struct Element {
  plane: i32,
  first: vec2i,
  end: vec2i,
}

fn element_at(i: i32) -> Element {
  let row = i / params.input_width;
  let plane = row / params.input_height;
  let at = vec2i(row - plane * params.input_height, i - row * params.input_width);
  let first = (max(at - params.kernel + 1, vec2i()) + params.stride - 1) / params.stride;
  let end = min(at / params.stride + 1, vec2i(params.output_height, params.output_width));
  return Element(plane, first, end);
}

fn window_at(plane: i32, row: i32, column: i32) -> i32 {
  return (plane * params.output_height + row) * params.output_width + column;
}

fn maximum_of(plane: i32, row: i32, column: i32) -> i32 {
  let top = row * params.stride;
  let left = column * params.stride;
  var best = (plane * params.input_height + top) * params.input_width + left;
  for (var h = top; h < min(top + params.kernel, params.input_height); h++) {
    for (var w = left; w < min(left + params.kernel, params.input_width); w++) {
      let candidate = (plane * params.input_height + h) * params.input_width + w;
      if (x[candidate] > x[best]) {
        best = candidate;
      }
    }
  }
  return best;
}

@compute @workgroup_size(WORKGROUP)
fn search(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let size = params.planes * params.input_height * params.input_width;
  for (var i = i32(thread.x); i < size; i += i32(groups.x * WORKGROUP)) {
    let mine = element_at(i);
    var sum = 0.0;
    for (var row = mine.first.x; row < mine.end.x; row++) {
      for (var column = mine.first.y; column < mine.end.y; column++) {
        if (maximum_of(mine.plane, row, column) == i) {
          sum += output_gradient[window_at(mine.plane, row, column)];
        }
      }
    }
    input_gradient[i] = sum;
  }
}

@group(0) @binding(1) var<storage, read> argmax: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn look_up(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let size = params.planes * params.input_height * params.input_width;
  for (var i = i32(thread.x); i < size; i += i32(groups.x * WORKGROUP)) {
    let mine = element_at(i);
    var sum = 0.0;
    for (var row = mine.first.x; row < mine.end.x; row++) {
      for (var column = mine.first.y; column < mine.end.y; column++) {
        let window = window_at(mine.plane, row, column);
        if (argmax[window] == u32(i)) {
          sum += output_gradient[window];
        }
      }
    }
    input_gradient[i] = sum;
  }
}
