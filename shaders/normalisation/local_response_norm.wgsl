// Local response normalisation across channels, forward and backward.
//
//   base[c] = k + alpha / size * sum over j in window(c) of x[j]^2         window(c) = c - before, ..., c + after
//   y[c]    = x[c] base[c]^-beta
//   dx[c]   = dy[c] base[c]^-beta - 2 alpha beta / size * x[c] * sum of term[j] over the j whose window holds c
//   term[c] = dy[c] x[c] base[c]^(-beta - 1)
//
// at each position of each image by itself; before = floor(size / 2), before + after + 1 = size, and a window is cut off at
// the first and the last channel. The j whose windows hold c are c - after, ..., c + before: the window turned round.
//
// All arrays are [planes, positions]; a plane is one channel of one image, so channels of an image are neighbouring planes.
// A plane belongs to a workgroup or a few, whose threads are dealt its positions in turn (planeGrid in src/kernels/planes.ts):
// all of them share one window, and neighbouring threads read neighbouring elements of each plane in it.
//
// The squares are added up anew for each channel. A sum that slides, adding one square and subtracting another, would load
// less, but what a large square leaves behind when it is subtracted is rounding error, next to which small ones vanish.
// The backward pass is two launches, since a term is needed by every channel around it; nothing but x is kept for it.

import package::nan::unless_nan;

alias Stored = f32;

struct Params {
  planes: u32,
  channels: u32,
  positions: u32,
  before: u32,
  after: u32,
  k: f32,
  // alpha / size
  scale: f32,
  beta: f32,
}

const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Stored>;

// The first and the last plane of an image that are no more than `before` before and `after` after one of it.
fn planes_around(plane: u32, before: u32, after: u32) -> vec2u {
  let channel = plane % params.channels;
  return vec2u(plane - min(before, channel), plane + min(after, params.channels - 1u - channel));
}

fn base(window: vec2u, position: u32) -> f32 {
  var sum = 0.0;
  for (var plane = window.x; plane <= window.y; plane++) {
    let value = f32(x[plane * params.positions + position]);
    sum += value * value;
  }
  return params.k + params.scale * sum;
}

fn power(base: f32, exponent: f32) -> f32 {
  return unless_nan(pow(base, exponent), base);
}

@group(0) @binding(2) var<storage, read_write> y: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = thread.z * groups.y + thread.y;
  if (plane >= params.planes) {
    return;
  }
  let window = planes_around(plane, params.before, params.after);
  for (var position = thread.x; position < params.positions; position += groups.x * WORKGROUP) {
    let i = plane * params.positions + position;
    y[i] = Stored(f32(x[i]) * power(base(window, position), -params.beta));
  }
}

@group(0) @binding(2) var<storage, read> output_gradient: array<Stored>;
@group(0) @binding(3) var<storage, read_write> terms: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn backward_terms(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = thread.z * groups.y + thread.y;
  if (plane >= params.planes) {
    return;
  }
  let window = planes_around(plane, params.before, params.after);
  for (var position = thread.x; position < params.positions; position += groups.x * WORKGROUP) {
    let i = plane * params.positions + position;
    terms[i] = f32(output_gradient[i]) * f32(x[i]) * power(base(window, position), -params.beta - 1.0);
  }
}

@group(0) @binding(3) var<storage, read> all_terms: array<f32>;
@group(0) @binding(4) var<storage, read_write> input_gradient: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = thread.z * groups.y + thread.y;
  if (plane >= params.planes) {
    return;
  }
  let window = planes_around(plane, params.before, params.after);
  let reached_by = planes_around(plane, params.after, params.before);
  for (var position = thread.x; position < params.positions; position += groups.x * WORKGROUP) {
    var sum = 0.0;
    for (var other = reached_by.x; other <= reached_by.y; other++) {
      sum += all_terms[other * params.positions + position];
    }
    let i = plane * params.positions + position;
    let direct = f32(output_gradient[i]) * power(base(window, position), -params.beta);
    input_gradient[i] = Stored(direct - 2.0 * params.scale * params.beta * f32(x[i]) * sum);
  }
}
