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
//
// `_segments` is for windows that are narrow and known when the shader is compiled, on a GPU: a thread has a position of SEGMENT
// neighbouring channels of an image, and loads what they need into registers, all at once. Each plane is then loaded twice or so,
// where it was once for every channel of a window; and the backward pass is one launch, whose threads find the terms around
// their channels too. Positions are dealt to neighbouring threads, then segments, then images (linearGrid in src/kernels/kernel.ts).

import package::nan::unless_nan;

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

// How activations and their gradients are stored. All arithmetic is in single precision.
alias Stored = f32;

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

const SEGMENT: u32 = 8u;
const SEGMENT_WORKGROUP: u32 = 256u;

// params.before and params.after
const BEFORE: u32 = 4u;
const AFTER: u32 = 4u;

// Channels that a window reaches beyond its own, on both sides together; the windows that hold the channels of a segment reach as far.
const BEYOND: u32 = BEFORE + AFTER;

// Where a thread is.
struct Segment {
  image: u32,
  channel: u32, // the first of its own
  position: u32,
}

fn all_segments() -> u32 {
  let segments = (params.channels + SEGMENT - 1u) / SEGMENT;
  return params.planes / params.channels * segments * params.positions;
}

fn segment_at(index: u32) -> Segment {
  let segments = (params.channels + SEGMENT - 1u) / SEGMENT;
  let row = index / params.positions;
  let image = row / segments;
  return Segment(image, (row - image * segments) * SEGMENT, index - row * params.positions);
}

// Where in x a channel of a segment is, counted from `before` before its first; the nearest that there is.
fn element_of(segment: Segment, index: u32, before: u32) -> u32 {
  let channel = clamp(i32(segment.channel + index) - i32(before), 0, i32(params.channels) - 1);
  return (segment.image * params.channels + u32(channel)) * params.positions + segment.position;
}

fn exists(segment: Segment, index: u32, before: u32) -> bool {
  return segment.channel + index >= before && segment.channel + index - before < params.channels;
}

@compute @workgroup_size(SEGMENT_WORKGROUP)
fn forward_segments(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  var values: array<f32, SEGMENT + BEYOND>;
  for (var index = thread.x; index < all_segments(); index += groups.x * SEGMENT_WORKGROUP) {
    let segment = segment_at(index);
    for (var i = 0u; i < SEGMENT + BEYOND; i++) {
      values[i] = select(0.0, f32(x[element_of(segment, i, BEFORE)]), exists(segment, i, BEFORE));
    }
    for (var c = 0u; c < SEGMENT; c++) {
      var sum = 0.0;
      for (var j = 0u; j <= BEYOND; j++) {
        sum += values[c + j] * values[c + j];
      }
      if (exists(segment, c, 0u)) {
        let result = values[c + BEFORE] * power(params.k + params.scale * sum, -params.beta);
        y[element_of(segment, c, 0u)] = Stored(result);
      }
    }
  }
}

@group(0) @binding(3) var<storage, read_write> whole_gradient: array<Stored>;

@compute @workgroup_size(SEGMENT_WORKGROUP)
fn backward_segments(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  var values: array<f32, SEGMENT + 2u * BEYOND>;
  // For the channels whose windows hold one of the segment: from AFTER before it to BEFORE behind it.
  var of_channel: array<f32, SEGMENT + BEYOND>; // the terms
  var direct: array<f32, SEGMENT + BEYOND>;
  for (var index = thread.x; index < all_segments(); index += groups.x * SEGMENT_WORKGROUP) {
    let segment = segment_at(index);
    for (var i = 0u; i < SEGMENT + 2u * BEYOND; i++) {
      values[i] = select(0.0, f32(x[element_of(segment, i, BEYOND)]), exists(segment, i, BEYOND));
    }
    for (var i = 0u; i < SEGMENT + BEYOND; i++) {
      of_channel[i] = f32(output_gradient[element_of(segment, i, AFTER)]);
    }
    for (var i = 0u; i < SEGMENT + BEYOND; i++) {
      var sum = 0.0;
      for (var j = 0u; j <= BEYOND; j++) {
        sum += values[i + j] * values[i + j];
      }
      let base = params.k + params.scale * sum;
      let normalised = of_channel[i] * power(base, -params.beta);
      direct[i] = normalised;
      of_channel[i] = select(0.0, normalised * values[i + BEFORE] / base, exists(segment, i, AFTER));
    }
    for (var c = 0u; c < SEGMENT; c++) {
      var sum = 0.0;
      for (var j = 0u; j <= BEYOND; j++) {
        sum += of_channel[c + j];
      }
      if (exists(segment, c, 0u)) {
        let indirect = 2.0 * params.scale * params.beta * values[c + BEYOND] * sum;
        whole_gradient[element_of(segment, c, 0u)] = Stored(direct[c + AFTER] - indirect);
      }
    }
  }
}
