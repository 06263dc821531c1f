// A locally connected convolution, forward, in one launch and without unfolding: for layers of few outputs, on a GPU.
//
//   y[n, o, p] = bias[o, p] + sum over c, i, j of weight[p, o, c, i, j] * x[n, c, row(p) stride - padding + i, column(p) stride - padding + j]
//
// x is [images, channels, height, width], weight [positions, outputs, channels, kernel_rows, kernel_columns], bias [outputs, positions],
// y [images, outputs, positions]; what lies outside an image is 0.
//
// Each position has a product of its own, of its weights by what its window sees. A workgroup has a position, OUTPUTS of its
// outputs and IMAGES images. It goes through the terms of their sums by slices of DEPTH: its threads fetch the slice of weights and of
// values into workgroup memory, side by side along the terms; then each adds up two outputs of two images. A thread fetches the
// same term for several images, so it finds only once a slice where in an image that is.

struct Params {
  images: i32,
  channels: i32,
  height: i32,
  width: i32,
  kernel_rows: i32,
  kernel_columns: i32,
  output_rows: i32,
  output_columns: i32,
  padding_rows: i32,
  padding_columns: i32,
  stride_rows: i32,
  stride_columns: i32,
  outputs: i32,
  biased: i32, // 1 if there is a bias
}

const WORKGROUP: u32 = 128u;
const OUTPUTS: u32 = 16u;
const IMAGES: u32 = 32u;
const DEPTH: u32 = 32u;

// How activations are stored. All arithmetic is in single precision.
alias StoredX = f32;
alias StoredY = f32;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<StoredX>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<StoredY>;

// One more than DEPTH, so that rows begin in different banks.
var<workgroup> weights: array<array<f32, DEPTH + 1u>, OUTPUTS>;
var<workgroup> values: array<array<f32, DEPTH + 1u>, IMAGES>;

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let position = i32(group.x);
  let first_image = i32(group.y * IMAGES);
  let first_output = i32(group.z * OUTPUTS);
  let taps = params.kernel_rows * params.kernel_columns;
  let terms = params.channels * taps;
  let row = position / params.output_columns;
  let top = row * params.stride_rows - params.padding_rows;
  let left = (position - row * params.output_columns) * params.stride_columns - params.padding_columns;

  // What I fetch: one term of the slice, of every WORKGROUP / DEPTH-th output and image.
  let mine = thread % DEPTH;
  let share = thread / DEPTH;
  // What I add up: two outputs, of two images that are half the tile apart.
  let o = thread % (OUTPUTS / 2u);
  let n = thread / (OUTPUTS / 2u);
  var sums = vec4f();
  for (var slice = 0; slice < terms; slice += i32(DEPTH)) {
    let term = slice + i32(mine);
    let channel = term / taps;
    let tap = term - channel * taps;
    let h = top + tap / params.kernel_columns;
    let w = left + tap % params.kernel_columns;
    let seen = term < terms && h >= 0 && h < params.height && w >= 0 && w < params.width;
    let place = (channel * params.height + h) * params.width + w;
    for (var i = share; i < OUTPUTS; i += WORKGROUP / DEPTH) {
      let output = first_output + i32(i);
      var value = 0.0;
      if (term < terms && output < params.outputs) {
        value = weight[(position * params.outputs + output) * terms + term];
      }
      weights[i][mine] = value;
    }
    for (var i = share; i < IMAGES; i += WORKGROUP / DEPTH) {
      let image = first_image + i32(i);
      var value = 0.0;
      if (seen && image < params.images) {
        value = f32(x[image * params.channels * params.height * params.width + place]);
      }
      values[i][mine] = value;
    }
    workgroupBarrier();
    for (var k = 0u; k < DEPTH; k++) {
      let a = vec2f(weights[o][k], weights[o + OUTPUTS / 2u][k]);
      let b = vec2f(values[n][k], values[n + IMAGES / 2u][k]);
      sums += a.xyxy * b.xxyy;
    }
    workgroupBarrier();
  }

  for (var e = 0u; e < 4u; e++) {
    let output = first_output + i32(o + e % 2u * (OUTPUTS / 2u));
    let image = first_image + i32(n + e / 2u * (IMAGES / 2u));
    if (output < params.outputs && image < params.images) {
      let positions = params.output_rows * params.output_columns;
      var result = sums[e];
      if (params.biased == 1) {
        result += bias[output * positions + position];
      }
      y[(image * params.outputs + output) * positions + position] = StoredY(result);
    }
  }
}
