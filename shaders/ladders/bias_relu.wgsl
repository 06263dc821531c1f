// What follows a convolution, in a pass of its own: the lower rungs of the ladder of pointwise work.
//
//   y[plane, i] = max(x[plane, i] + bias[plane % channels], 0)
//
// x and y: [planes, plane_size]; a plane is one channel of one image. `one_each` gives a thread each element; `in_quads` four
// neighbours, which are loaded and stored together, and divides once for all of them: plane_size must be a multiple of four.
// Nothing but `dawngrad ladder pointwise` runs this: the engine does it where the product that makes x stores its sums.

import package::elementwise::rectify::{rectify, rectify_quad};

struct Params {
  size: u32,
  plane_size: u32,
  channels: u32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

fn bias_at(i: u32) -> f32 {
  return bias[(i / params.plane_size) % params.channels];
}

@compute @workgroup_size(WORKGROUP)
fn one_each(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    y[i] = rectify(x[i] + bias_at(i));
  }
}

@group(0) @binding(1) var<storage, read> x_quads: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y_quads: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn in_quads(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size / 4u; i += groups.x * WORKGROUP) {
    y_quads[i] = rectify_quad(x_quads[i] + bias_at(4u * i));
  }
}
