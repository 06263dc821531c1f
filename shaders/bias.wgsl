// One bias for each channel.
//
//   y[n, c, l] = x[n, c, l] + bias[c]
//
// x and y are [batch, channels, length]: whatever comes after the channels, rows and columns of an image, counts as one
// axis, a plane. `columns` threads share a plane: each takes every columns-th position, loads the bias once and divides once
// for all of them; then it may take another plane (linearGrid in src/kernels/kernel.ts). The gradient of x is that of y; the
// gradient of the bias is a sum over n and l, which shaders/reduce.wgsl computes.

struct Params {
  planes: u32,
  channels: u32,
  length: u32,
  columns: u32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.planes * params.columns; i += groups.x * WORKGROUP) {
    let plane = i / params.columns;
    let plane_bias = bias[plane % params.channels];
    for (var l = i % params.columns; l < params.length; l += params.columns) {
      let at = plane * params.length + l;
      y[at] = x[at] + plane_bias;
    }
  }
}
