// Rectified linear unit, forward and backward.
//
//   y  = max(x, 0)
//   dx = dy where y > 0, else 0, in place: `gradient` holds dy before and dx after
//
// with NaN passed on, as rectify.wgsl says.
//
// All arrays are flat, `size` long; their elements are dealt to the threads in turn (linearGrid in src/kernels/kernel.ts). The
// backward pass asks y, not x: where y > 0 is where x > 0, and y is kept anyway as the next layer's input, so x need not be.

import package::elementwise::rectify::{rectify, lets_through};

alias Stored = f32;

struct Params {
  size: u32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;

@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    y[i] = Stored(rectify(f32(x[i])));
  }
}

@group(0) @binding(1) var<storage, read> output: array<Stored>;
@group(0) @binding(2) var<storage, read_write> gradient: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    gradient[i] = select(Stored(), gradient[i], lets_through(f32(output[i])));
  }
}
