// Swish, y = x / (1 + e^-x), and its gradient.
//
//   y  = x s               where s = 1 / (1 + e^-x)
//   dx = dy (s + y (1 - s))
//
// All arrays are flat, `size` long; their elements are dealt to the threads in turn. A NaN goes through: a driver's exp may lose it.

import package::nan::unless_nan;

struct Params {
  size: u32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn sigmoid(value: f32) -> f32 {
  return unless_nan(1.0 / (1.0 + exp(-value)), value);
}

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    y[i] = x[i] * sigmoid(x[i]);
  }
}

@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    let s = sigmoid(x[i]);
    dx[i] = dy[i] * (s + x[i] * s * (1.0 - s));
  }
}
