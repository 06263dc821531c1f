// Convolution in small groups, of which a depthwise one is the smallest: each element is computed by itself.
//
//   y[n][o][oy][ox]  = bias[o] + sum over c, ky, kx of weight[o][c][ky][kx] * x[n][c of o's group][oy s - p + ky d][ox s - p + kx d]
//   dx[n][c][iy][ix] = sum over o of c's group, and those oy, ky and ox, kx that meet there, of weight * dy
//   dweight[o][c][ky][kx] = sum over n, oy, ox of dy[n][o][oy][ox] * x[n][c of o's group][...]
//
// x is [N, C, H, W], y [N, O, OH, OW], the weight [O, C / groups, KH, KW]. What lies outside of the image is left out of a sum. A matrix
// product would keep a tile of 32 outputs or more busy, of which a small group has a few; the reads of neighbouring threads are served by a
// cache here. Of y and dx a workgroup has one plane (planeGrid in src/kernels/planes.ts), whose weights are the same for all its threads.

import package::elementwise::rectify::{rectify, lets_through};

struct Params {
  images: u32,
  channels: u32,
  outputs: u32,
  group_channels: u32,
  group_outputs: u32,
  height: u32,
  width: u32,
  out_height: u32,
  out_width: u32,
  kernel_height: u32,
  kernel_width: u32,
  stride_y: u32,
  stride_x: u32,
  padding_y: u32,
  padding_x: u32,
  dilation_y: u32,
  dilation_x: u32,
  parts: u32, // of the images, whose sums for a weight's gradient are apart
}

alias StoredX = f32; // of x and its gradient
alias StoredY = f32;

const BIAS: bool = false;
const RELU: bool = false;
const MASK: bool = false; // dx is 0 where the mask, laid out as x, is 0 or below
const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<StoredX>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<StoredY>;

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = thread.z * groups.y + thread.y;
  if (plane >= params.images * params.outputs) {
    return;
  }
  let image = plane / params.outputs;
  let output = plane - image * params.outputs;
  let channel = output / params.group_outputs * params.group_channels;
  let depth = params.group_channels * params.kernel_height * params.kernel_width;
  let positions = params.out_height * params.out_width;
  for (var position = thread.x; position < positions; position += groups.x * WORKGROUP) {
    let oy = position / params.out_width;
    let ox = position - oy * params.out_width;
    var sum = 0.0;
    var tap = output * depth;
    for (var c = 0u; c < params.group_channels; c++) {
      let start = (image * params.channels + channel + c) * params.height * params.width;
      for (var ky = 0u; ky < params.kernel_height; ky++) {
        // Above or left of the image wraps round to a huge number, so one comparison covers both sides.
        let iy = oy * params.stride_y + ky * params.dilation_y - params.padding_y;
        let row = start + iy * params.width;
        for (var kx = 0u; kx < params.kernel_width; kx++) {
          let ix = ox * params.stride_x + kx * params.dilation_x - params.padding_x;
          if (iy < params.height && ix < params.width) {
            sum = fma(weight[tap], f32(x[row + ix]), sum);
          }
          tap++;
        }
      }
    }
    if (BIAS) {
      sum += bias[output];
    }
    if (RELU) {
      sum = rectify(sum);
    }
    y[plane * positions + position] = StoredY(sum);
  }
}

@group(0) @binding(1) var<storage, read> y_gradient: array<StoredY>;
@group(0) @binding(3) var<storage, read> mask: array<StoredX>;
@group(0) @binding(4) var<storage, read_write> x_gradient: array<StoredX>;

@compute @workgroup_size(WORKGROUP)
fn input_gradient(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = thread.z * groups.y + thread.y;
  if (plane >= params.images * params.channels) {
    return;
  }
  let image = plane / params.channels;
  let channel = plane - image * params.channels;
  let group = channel / params.group_channels;
  let taps = params.kernel_height * params.kernel_width;
  let depth = params.group_channels * taps;
  let positions = params.out_height * params.out_width;
  let pixels = params.height * params.width;
  let first_output = group * params.group_outputs;
  let first_plane = (image * params.outputs + first_output) * positions;
  let first_tap = first_output * depth + (channel - group * params.group_channels) * taps;
  for (var pixel = thread.x; pixel < pixels; pixel += groups.x * WORKGROUP) {
    let iy = pixel / params.width;
    let ix = pixel - iy * params.width;
    var sum = 0.0;
    for (var ky = 0u; ky < params.kernel_height; ky++) {
      // The window whose tap ky lies on row iy, if the stride hits it. A window before the first wraps round to a huge row.
      let along_y = iy + params.padding_y - ky * params.dilation_y;
      let oy = along_y / params.stride_y;
      let row_hit = oy * params.stride_y == along_y && oy < params.out_height;
      for (var kx = 0u; kx < params.kernel_width; kx++) {
        let along_x = ix + params.padding_x - kx * params.dilation_x;
        let ox = along_x / params.stride_x;
        if (row_hit && ox * params.stride_x == along_x && ox < params.out_width) {
          let tap = first_tap + ky * params.kernel_width + kx;
          let position = first_plane + oy * params.out_width + ox;
          for (var o = 0u; o < params.group_outputs; o++) {
            sum = fma(weight[tap + o * depth], f32(y_gradient[position + o * positions]), sum);
          }
        }
      }
    }
    if (MASK) {
      sum = select(0.0, sum, lets_through(f32(mask[plane * pixels + pixel])));
    }
    x_gradient[plane * pixels + pixel] = StoredX(sum);
  }
}

const LANES: u32 = 16u; // a power of two: neighbouring threads that share a weight's sum
const TEAMS = WORKGROUP / LANES;

@group(0) @binding(2) var<storage, read> other_gradient: array<StoredY>;
@group(0) @binding(3) var<storage, read_write> partial: array<f32>;

var<workgroup> of_thread: array<f32, WORKGROUP>;

// The sums of each part of the images, [parts, O, C / groups, KH, KW].
@compute @workgroup_size(WORKGROUP)
fn weight_gradient(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let taps = params.kernel_height * params.kernel_width;
  let depth = params.group_channels * taps;
  let weights = params.outputs * depth;
  let positions = params.out_height * params.out_width;
  let each = (params.images + params.parts - 1u) / params.parts;
  let begin = min(group.y * each, params.images);
  let end = min(begin + each, params.images);
  for (var first = group.x * TEAMS; first < weights; first += groups.x * TEAMS) {
    // Teams that have no weight take part in the meeting of those that have.
    let at = min(first + thread / LANES, weights - 1u);
    let output = at / depth;
    let channel = output / params.group_outputs * params.group_channels + at % depth / taps;
    let above = at % taps / params.kernel_width * params.dilation_y - params.padding_y;
    let left = at % params.kernel_width * params.dilation_x - params.padding_x;
    var sum = 0.0;
    for (var n = begin; n < end; n++) {
      let image = (n * params.channels + channel) * params.height * params.width;
      let start = (n * params.outputs + output) * positions;
      for (var position = thread % LANES; position < positions; position += LANES) {
        let oy = position / params.out_width;
        let iy = oy * params.stride_y + above;
        let ix = (position - oy * params.out_width) * params.stride_x + left;
        if (iy < params.height && ix < params.width) {
          sum = fma(f32(other_gradient[start + position]), f32(x[image + iy * params.width + ix]), sum);
        }
      }
    }
    of_thread[thread] = sum;
    workgroupBarrier();
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      if (thread % LANES < half) {
        of_thread[thread] += of_thread[thread + half];
      }
      workgroupBarrier();
    }
    if (thread % LANES == 0u && first + thread / LANES < weights) {
      partial[group.y * weights + at] = of_thread[thread];
    }
    workgroupBarrier();
  }
}
