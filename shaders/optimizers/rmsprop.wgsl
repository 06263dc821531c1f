// One step of RMSprop, in place (Tieleman & Hinton, lecture 6.5 of "Neural Networks for Machine Learning", 2012), as PyTorch has it.
//
//   g        = gradient + weight_decay parameter
//   s        = alpha s + (1 - alpha) g^2
//   a        = alpha a + (1 - alpha) g                         if centered
//   d        = g / (sqrt(s - a^2) + epsilon)                   if centered, else g / (sqrt(s) + epsilon)
//   velocity = momentum velocity + d
//   parameter = parameter - learning_rate velocity
//
// s, a and the velocity start at zero. Where g hardly changes, s - a^2 may be rounded to less than 0: then it counts as 0.
//
// Parameters, averages and hyper-parameters are laid out as flat_parameters.wgsl says, which tells of `scaled_step` too; there is no
// binding left in it for the steps that were skipped, which `count_skipped` counts.

import super::flat_parameters::{WORKGROUP, params, parameter, gradient, has_gradient, group_at, begins_group};
import super::loss_scale::LossScale;

struct Hyper {
  learning_rate: f32,
  alpha: f32,
  epsilon: f32,
  weight_decay: f32,
  momentum: f32,
  centered: f32,
}

@group(0) @binding(4) var<storage, read> hyper: array<Hyper>;
@group(0) @binding(5) var<storage, read_write> square_average: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> gradient_average: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> velocity: array<vec4f>;

// Update quad i, whose gradient is first multiplied by `unscaling`.
fn update(i: u32, unscaling: f32) {
  let at = params.start + i;
  let its = hyper[group_at(i)];
  let mine = has_gradient(i);
  let before = parameter[at];
  // What is not used must not be multiplied by 0 either: it may be infinite.
  let g = unscaling * gradient[i] + its.weight_decay * select(vec4f(), before, its.weight_decay != 0.0);
  let s = its.alpha * square_average[at] + (1.0 - its.alpha) * g * g;
  square_average[at] = select(square_average[at], s, mine);
  var variance = s;
  if (its.centered != 0.0) {
    let a = its.alpha * gradient_average[at] + (1.0 - its.alpha) * g;
    gradient_average[at] = select(gradient_average[at], a, mine);
    variance = s - a * a;
    variance = select(variance, vec4f(), variance < vec4f());
  }
  var v = g / (sqrt(variance) + its.epsilon);
  if (its.momentum != 0.0) {
    v += its.momentum * velocity[at];
    velocity[at] = select(velocity[at], v, mine);
  }
  parameter[at] = select(before, before - its.learning_rate * v, mine);
}

@compute @workgroup_size(WORKGROUP)
fn step(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; 4u * i < params.size; i += groups.x * WORKGROUP) {
    update(i, 1.0);
  }
}

@group(0) @binding(8) var<storage, read> loss_scale: LossScale;

@compute @workgroup_size(WORKGROUP)
fn scaled_step(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (loss_scale.found[params.slot] != 0u) {
    return;
  }
  let unscaling = select(1.0, 1.0 / loss_scale.scale, params.unscales != 0u);
  for (var i = thread.x; 4u * i < params.size; i += groups.x * WORKGROUP) {
    update(i, unscaling);
  }
}

@group(0) @binding(1) var<storage, read> scale_of_step: LossScale;
@group(0) @binding(2) var<storage, read_write> skipped: array<u32>; // steps, of each group

@compute @workgroup_size(WORKGROUP)
fn count_skipped(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (scale_of_step.found[params.slot] == 0u) {
    return;
  }
  for (var i = thread.x; 4u * i < params.size; i += groups.x * WORKGROUP) {
    if (begins_group(i)) {
      skipped[group_at(i)] += 1u;
    }
  }
}
