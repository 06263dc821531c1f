// Batch normalisation of each channel, forward and backward.
//
//   xhat = (x - mean) / sqrt(variance + eps)      y = gamma xhat + beta
//
//   dbeta  = sum dy         dgamma = sum dy xhat                                    over a channel's M = batch * length values
//   dx = gamma / sqrt(variance + eps) * (dy - dbeta / M - xhat dgamma / M)          training: mean and variance depend on x
//   dx = gamma / sqrt(variance + eps) * dy                                          evaluation: they are constants
//
// x, y and their gradients are [batch, channels, length], where length counts the rows and columns of an image as one axis;
// all else is [channels], but for partial sums, which are [rows, channels, columns].
//
// Mean and variance of a batch are found in batch_statistics.wgsl.
//
// A sum over a channel starts here as partial sums and ends in shaders/reduce.wgsl. A partial sum is one thread's: it takes
// every rows-th image and in each every columns-th position, so that neighbouring threads read neighbouring addresses.
// The kernels that write an element for each of x likewise give a thread one plane and every columns-th position in it:
// what belongs to the channel is then loaded once for all of them. Where either is more than there are threads, they are dealt
// to the threads in turn (linearGrid in src/kernels/kernel.ts).

import package::nan::unless_nan;

struct Params {
  batch: u32,
  channels: u32,
  length: u32,
  rows: u32,
  columns: u32,
  eps: f32,
  momentum: f32,
}

// Was the mean taken from this batch? If not, from running statistics.
const TRAINING: bool = true;
const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;

@group(0) @binding(1) var<storage, read> batch_mean: array<f32>;
@group(0) @binding(2) var<storage, read> batch_variance: array<f32>;
@group(0) @binding(3) var<storage, read_write> running_mean: array<f32>;
@group(0) @binding(4) var<storage, read_write> running_variance: array<f32>;

// Move the running statistics towards the batch's, in place. The running variance is the unbiased one: divided by M - 1.
@compute @workgroup_size(WORKGROUP)
fn update_running(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var channel = thread.x; channel < params.channels; channel += groups.x * WORKGROUP) {
    let count = f32(params.batch * params.length);
    let unbiased = batch_variance[channel] + batch_variance[channel] / (count - 1.0);
    let keep = 1.0 - params.momentum;
    running_mean[channel] = keep * running_mean[channel] + params.momentum * batch_mean[channel];
    running_variance[channel] = keep * running_variance[channel] + params.momentum * unbiased;
  }
}

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> mean: array<f32>;
@group(0) @binding(3) var<storage, read> variance: array<f32>;
@group(0) @binding(4) var<storage, read> beta: array<f32>;
@group(0) @binding(5) var<storage, read> gamma: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

fn inverse_deviation_of(channel: u32) -> f32 {
  let squared = variance[channel] + params.eps;
  return unless_nan(inverseSqrt(squared), squared);
}

@compute @workgroup_size(WORKGROUP)
fn normalise(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.batch * params.channels * params.columns; i += groups.x * WORKGROUP) {
    let plane = i / params.columns;
    let channel = plane % params.channels;
    let centre = mean[channel];
    let scale = gamma[channel] * inverse_deviation_of(channel);
    let shift = beta[channel];
    for (var l = i % params.columns; l < params.length; l += params.columns) {
      let at = plane * params.length + l;
      y[at] = (x[at] - centre) * scale + shift;
    }
  }
}

@group(0) @binding(4) var<storage, read> y_gradient: array<f32>;
@group(0) @binding(5) var<storage, read_write> partial_gamma: array<f32>;
@group(0) @binding(6) var<storage, read_write> partial_beta: array<f32>;

// Partial sums of dy xhat and of dy.
@compute @workgroup_size(WORKGROUP)
fn parameter_gradients(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.rows * params.channels * params.columns; i += groups.x * WORKGROUP) {
    let plane = i / params.columns;
    let channel = plane % params.channels;
    let centre = mean[channel];
    let inverse_deviation = inverse_deviation_of(channel);
    var products = 0.0;
    var gradients = 0.0;
    for (var n = plane / params.channels; n < params.batch; n += params.rows) {
      let first = (n * params.channels + channel) * params.length;
      for (var l = i % params.columns; l < params.length; l += params.columns) {
        let gradient = y_gradient[first + l];
        products += gradient * (x[first + l] - centre);
        gradients += gradient;
      }
    }
    partial_gamma[i] = products * inverse_deviation;
    partial_beta[i] = gradients;
  }
}

@group(0) @binding(6) var<storage, read> gamma_gradient: array<f32>;
@group(0) @binding(7) var<storage, read> beta_gradient: array<f32>;
@group(0) @binding(8) var<storage, read_write> x_gradient: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn input_gradient(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.batch * params.channels * params.columns; i += groups.x * WORKGROUP) {
    let plane = i / params.columns;
    let channel = plane % params.channels;
    let inverse_deviation = inverse_deviation_of(channel);
    let scale = gamma[channel] * inverse_deviation;
    let centre = mean[channel];
    let count = f32(params.batch * params.length);
    var offset = 0.0;
    var slope = 0.0;
    if (TRAINING) {
      offset = beta_gradient[channel] / count;
      slope = gamma_gradient[channel] / count * inverse_deviation;
    }
    for (var l = i % params.columns; l < params.length; l += params.columns) {
      let at = plane * params.length + l;
      x_gradient[at] = scale * (y_gradient[at] - offset - (x[at] - centre) * slope);
    }
  }
}
