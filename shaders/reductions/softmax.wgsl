// Softmax along one axis, and its logarithm.
//
//   softmax      y[k] = exp(x[k] - m) / s       dx[k] = y[k] (dy[k] - sum_j y[j] dy[j])
//   log softmax  y[k] = x[k] - m - log s        dx[k] = dy[k] - exp(y[k]) sum_j dy[j]
//
// with m = max_k x[k] and s = sum_k exp(x[k] - m). Subtracting m keeps exp from overflowing. A NaN among the numbers of a row makes all
// of it NaN, and so does +Inf.
//
// x is [outer, length, inner], and a row is all that lies along the middle axis. Rows are dealt to the threads in turn (linearGrid in
// src/kernels/kernel.ts): a thread walks each three times, for the maximum, the sum and the results. LOG is fixed when the shader is
// compiled.

import package::elementwise::exponentials::{exp_of, log_of};
import package::nan::larger;

alias Stored = f32;

struct Params {
  rows: u32,
  length: u32,
  inner: u32,
}

const LOG: bool = false;
const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;

// Where the first number of a row is; its neighbours in the row are `inner` apart.
fn begin_of(row: u32) -> u32 {
  let outer = row / params.inner;
  return outer * params.length * params.inner + (row - outer * params.inner);
}

@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var row = thread.x; row < params.rows; row += groups.x * WORKGROUP) {
    let begin = begin_of(row);
    var largest = f32(x[begin]);
    for (var k = 1u; k < params.length; k++) {
      largest = larger(largest, f32(x[begin + k * params.inner]));
    }
    var sum = 0.0;
    for (var k = 0u; k < params.length; k++) {
      sum += exp_of(f32(x[begin + k * params.inner]) - largest);
    }
    let logarithm = log_of(sum);
    for (var k = 0u; k < params.length; k++) {
      let below = f32(x[begin + k * params.inner]) - largest;
      if (LOG) {
        y[begin + k * params.inner] = Stored(below - logarithm);
      } else {
        y[begin + k * params.inner] = Stored(exp_of(below) / sum);
      }
    }
  }
}

@group(0) @binding(1) var<storage, read> output: array<Stored>;
@group(0) @binding(2) var<storage, read> output_gradient: array<Stored>;
@group(0) @binding(3) var<storage, read_write> input_gradient: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var row = thread.x; row < params.rows; row += groups.x * WORKGROUP) {
    let begin = begin_of(row);
    var sum = 0.0;
    for (var k = 0u; k < params.length; k++) {
      let at = begin + k * params.inner;
      let dy = f32(output_gradient[at]);
      if (LOG) {
        sum += dy;
      } else {
        sum += f32(output[at]) * dy;
      }
    }
    for (var k = 0u; k < params.length; k++) {
      let at = begin + k * params.inner;
      let dy = f32(output_gradient[at]);
      if (LOG) {
        input_gradient[at] = Stored(dy - exp_of(f32(output[at])) * sum);
      } else {
        input_gradient[at] = Stored(f32(output[at]) * (dy - sum));
      }
    }
  }
}
