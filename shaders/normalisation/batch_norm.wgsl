// Batch normalisation of each channel, forward and backward.
//
//   xhat = (x - mean) / sqrt(variance + eps)      y = gamma xhat + beta, or with RELU max(gamma xhat + beta, 0)
//
//   dbeta  = sum dy         dgamma = sum dy xhat                                    over a channel's M = batch * length values
//   dx = gamma / sqrt(variance + eps) * (dy - dbeta / M - xhat dgamma / M)          training: mean and variance depend on x
//   dx = gamma / sqrt(variance + eps) * dy                                          evaluation: they are constants
//
// x, y and their gradients are [batch, channels, length], and dealt to workgroups and threads as channels.wgsl says; all else is
// [channels], but for partial sums, which are [channels, parts]. Mean and variance of a batch are found in batch_statistics.wgsl.
//
// A sum over a channel starts as one sum a thread in `partial_sums`; `parameter_gradients` ends it, a workgroup a channel. The order
// of additions never changes.

import package::nan::unless_nan;
import package::exact::inverse_root;
import package::elementwise::rectify::rectify_quad;
import super::channels::{
  WORKGROUP, FINISHING, MEETING, ALIGNED, Stored, params, stretch_of, place_of, next_place, quad_at, channel_of
};

// Was the mean taken from this batch? If not, from running statistics.
const TRAINING: bool = true;
const RELU: bool = false;

@group(0) @binding(1) var<storage, read> x: array<vec4<Stored>>;
@group(0) @binding(2) var<storage, read> mean: array<f32>;
@group(0) @binding(3) var<storage, read> variance: array<f32>;
@group(0) @binding(4) var<storage, read> beta: array<f32>;
@group(0) @binding(5) var<storage, read> gamma: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<vec4<Stored>>;

fn inverse_deviation_of(channel: u32) -> f32 {
  let squared = variance[channel] + params.eps;
  return unless_nan(inverse_root(squared), squared);
}

// How the values of a channel are normalised.
struct Normalisation {
  centre: f32,
  scale: f32,
  shift: f32,
}

fn normalisation_of(channel: u32) -> Normalisation {
  return Normalisation(mean[channel], gamma[channel] * inverse_deviation_of(channel), beta[channel]);
}

fn normalised(value: vec4f, by: Normalisation) -> vec4f {
  return (value - by.centre) * by.scale + by.shift;
}

@compute @workgroup_size(WORKGROUP)
fn normalise(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let stretch = stretch_of(group.y);
  for (var channel = group.x; channel < params.channels; channel += groups.x) {
    let own = normalisation_of(channel);
    var place = place_of(stretch.first + thread);
    for (var i = stretch.first + thread; i < stretch.end; i += WORKGROUP) {
      let quad = quad_at(place, channel);
      place = next_place(place);
      if (!quad.mine.x) {
        continue;
      }
      let value = vec4f(x[quad.at]);
      var result = normalised(value, own);
      for (var e = 1u; e < 4u && !ALIGNED; e++) {
        if (!quad.mine[e]) {
          result[e] = normalised(value, normalisation_of(channel_of(4u * quad.at + e)))[e];
        }
      }
      if (RELU) {
        result = rectify_quad(result);
      }
      y[quad.at] = vec4<Stored>(result);
    }
  }
}

@group(0) @binding(4) var<storage, read> y_gradient: array<vec4<Stored>>;
@group(0) @binding(5) var<storage, read_write> partial: array<vec2f>;

var<workgroup> of_thread: array<vec2f, WORKGROUP>;

// For each part of a channel the sums of dy (x - mean) and of dy.
@compute @workgroup_size(WORKGROUP)
fn partial_sums(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let stretch = stretch_of(group.y);
  for (var channel = group.x; channel < params.channels; channel += groups.x) {
    let centre = mean[channel];
    var products = vec4f();
    var gradients = vec4f();
    var place = place_of(stretch.first + thread);
    for (var i = stretch.first + thread; i < stretch.end; i += WORKGROUP) {
      let quad = quad_at(place, channel);
      let gradient = vec4f(y_gradient[quad.at]);
      products += select(vec4f(), gradient * (vec4f(x[quad.at]) - centre), quad.mine);
      gradients += select(vec4f(), gradient, quad.mine);
      place = next_place(place);
    }
    let mine = vec2f(
      (products.x + products.y) + (products.z + products.w),
      (gradients.x + gradients.y) + (gradients.z + gradients.w),
    );
    let part = channel * params.parts + group.y;
    if (!MEETING) {
      partial[part * WORKGROUP + thread] = mine;
      continue;
    }
    of_thread[thread] = mine;
    workgroupBarrier();
    for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
      if (thread < half) {
        of_thread[thread] += of_thread[thread + half];
      }
      workgroupBarrier();
    }
    if (thread == 0u) {
      partial[part] = of_thread[0];
    }
    workgroupBarrier();
  }
}

@group(0) @binding(4) var<storage, read> partials: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> gamma_sum: array<f32>;
@group(0) @binding(6) var<storage, read_write> beta_sum: array<f32>;

var<workgroup> of_part: array<vec2f, FINISHING>;

// dgamma and dbeta.
@compute @workgroup_size(FINISHING)
fn parameter_gradients(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  for (var channel = group.x; channel < params.channels; channel += groups.x) {
    var total = vec2f();
    for (var part = thread; part < params.parts; part += FINISHING) {
      total += partials[channel * params.parts + part];
    }
    of_part[thread] = total;
    workgroupBarrier();
    for (var half = FINISHING / 2u + params.nothing; half > 0u; half /= 2u) {
      if (thread < half) {
        of_part[thread] += of_part[thread + half];
      }
      workgroupBarrier();
    }
    if (thread == 0u) {
      gamma_sum[channel] = of_part[0].x * inverse_deviation_of(channel);
      beta_sum[channel] = of_part[0].y;
    }
    workgroupBarrier();
  }
}

@group(0) @binding(6) var<storage, read> gamma_gradient: array<f32>;
@group(0) @binding(7) var<storage, read> beta_gradient: array<f32>;
@group(0) @binding(8) var<storage, read_write> x_gradient: array<vec4<Stored>>;

// How dx depends on x and dy in a channel.
struct Slopes {
  centre: f32,
  scale: f32,
  offset: f32,
  slope: f32,
}

fn slopes_of(channel: u32) -> Slopes {
  let inverse_deviation = inverse_deviation_of(channel);
  let scale = gamma[channel] * inverse_deviation;
  let count = f32(params.batch * params.length);
  let offset = beta_gradient[channel] / count;
  let slope = gamma_gradient[channel] / count * inverse_deviation;
  return Slopes(mean[channel], scale, offset, slope);
}

fn gradient_of(value: vec4f, gradient: vec4f, by: Slopes) -> vec4f {
  if (!TRAINING) {
    return by.scale * gradient;
  }
  return by.scale * (gradient - by.offset - (value - by.centre) * by.slope);
}

@compute @workgroup_size(WORKGROUP)
fn input_gradient(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let stretch = stretch_of(group.y);
  for (var channel = group.x; channel < params.channels; channel += groups.x) {
    let own = slopes_of(channel);
    var place = place_of(stretch.first + thread);
    for (var i = stretch.first + thread; i < stretch.end; i += WORKGROUP) {
      let quad = quad_at(place, channel);
      place = next_place(place);
      if (!quad.mine.x) {
        continue;
      }
      let value = vec4f(x[quad.at]);
      let gradient = vec4f(y_gradient[quad.at]);
      var result = gradient_of(value, gradient, own);
      for (var e = 1u; e < 4u && !ALIGNED; e++) {
        if (!quad.mine[e]) {
          result[e] = gradient_of(value, gradient, slopes_of(channel_of(4u * quad.at + e)))[e];
        }
      }
      x_gradient[quad.at] = vec4<Stored>(result);
    }
  }
}
