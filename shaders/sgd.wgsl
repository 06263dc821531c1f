// One step of stochastic gradient descent with momentum, in place.
//
//   g         = gradient_scale gradient + weight_decay parameter
//   velocity  = momentum velocity + g
//   parameter = parameter - learning_rate (g + momentum velocity with Nesterov, else velocity)
//
// This is PyTorch's formulation (dampening 0): the learning rate multiplies the velocity and is not part of it. velocity
// starts at zero. All arrays are flat, `size` long; a thread takes every so many-th element (linearGrid in
// src/kernels/kernel.ts).
//
// What a schedule may change stands in `hyper`, a storage buffer: a recorded step can be replayed with new values in it.

struct Params {
  size: u32,
}

struct Hyper {
  learning_rate: f32,
  momentum: f32,
  weight_decay: f32,
  nesterov: f32,
  gradient_scale: f32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> parameter: array<f32>;
@group(0) @binding(2) var<storage, read> gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> velocity: array<f32>;
@group(0) @binding(4) var<storage, read> hyper: Hyper;

@compute @workgroup_size(WORKGROUP)
fn step(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    let before = parameter[i];
    let g = hyper.gradient_scale * gradient[i] + hyper.weight_decay * before;
    let v = hyper.momentum * velocity[i] + g;
    let direction = select(v, g + hyper.momentum * v, hyper.nesterov != 0.0);
    velocity[i] = v;
    parameter[i] = before - hyper.learning_rate * direction;
  }
}
