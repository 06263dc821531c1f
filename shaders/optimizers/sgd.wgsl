// One step of stochastic gradient descent with momentum, in place.
//
//   g         = gradient_scale gradient + weight_decay parameter
//   velocity  = momentum velocity + g
//   parameter = parameter - learning_rate (g + momentum velocity with Nesterov, else velocity)
//
// This is PyTorch's formulation (dampening 0): the learning rate multiplies the velocity and is not part of it. velocity
// starts at zero.
//
// Parameters, velocities and hyper-parameters are laid out as flat_parameters.wgsl says, which tells of `scaled_step` too.

import super::flat_parameters::{WORKGROUP, params, parameter, gradient, has_gradient, group_at, begins_group};
import super::loss_scale::LossScale;

struct Hyper {
  learning_rate: f32,
  momentum: f32,
  weight_decay: f32,
  nesterov: f32,
  gradient_scale: f32,
}

@group(0) @binding(4) var<storage, read> hyper: array<Hyper>;
@group(0) @binding(5) var<storage, read_write> velocity: array<vec4f>;

// Update quad i, whose gradient is first multiplied by `unscaling`.
fn update(i: u32, unscaling: f32) {
  let at = params.start + i;
  let its = hyper[group_at(i)];
  let before = parameter[at];
  // What is not used must not be multiplied by 0 either: it may be infinite.
  let decaying = select(vec4f(), before, its.weight_decay != 0.0);
  let moving = select(vec4f(), velocity[at], its.momentum != 0.0);
  let g = its.gradient_scale * unscaling * gradient[i] + its.weight_decay * decaying;
  let v = its.momentum * moving + g;
  let direction = select(v, g + its.momentum * v, its.nesterov != 0.0);
  let mine = has_gradient(i);
  velocity[at] = select(velocity[at], v, mine);
  parameter[at] = select(before, before - its.learning_rate * direction, mine);
}

@compute @workgroup_size(WORKGROUP)
fn step(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; 4u * i < params.size; i += groups.x * WORKGROUP) {
    update(i, 1.0);
  }
}

@group(0) @binding(6) var<storage, read> loss_scale: LossScale;
@group(0) @binding(7) var<storage, read_write> skipped: array<u32>; // steps, of each group

@compute @workgroup_size(WORKGROUP)
fn scaled_step(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let skips = loss_scale.found[params.slot] != 0u;
  let unscaling = select(1.0, 1.0 / loss_scale.scale, params.unscales != 0u);
  for (var i = thread.x; 4u * i < params.size; i += groups.x * WORKGROUP) {
    if (!skips) {
      update(i, unscaling);
    } else if (begins_group(i)) {
      skipped[group_at(i)] += 1u;
    }
  }
}
