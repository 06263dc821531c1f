// One step of Adam (Kingma & Ba, ICLR 2015, algorithm 1), in place; AdamW (Loshchilov & Hutter, ICLR 2019) if `decoupled`.
//
//   g = gradient_scale gradient + L2 parameter
//   m = beta1 m + (1 - beta1) g        v = beta2 v + (1 - beta2) g^2
//   parameter = parameter - learning_rate ((m / correction1) / (sqrt(v / correction2) + epsilon) + W parameter)
//
// where weight_decay is L2 (and W is 0) as in Adam, or W (and L2 is 0) as in AdamW.
//
// m and v, the moments, start at zero; correction1 = 1 - beta1^t and correction2 = 1 - beta2^t undo that bias at step
// t = 1, 2, ... The corrections come from the host, where a power costs nothing and is exact. Only with a scaled loss the host does
// not know t, for which skipped steps do not count: see `correction_at`.
//
// Parameters, moments and hyper-parameters are laid out as flat_parameters.wgsl says, which tells of `scaled_step` too.

import super::flat_parameters::{WORKGROUP, params, parameter, gradient, has_gradient, group_at, begins_group};
import super::loss_scale::LossScale;

struct Hyper {
  learning_rate: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  weight_decay: f32,
  decoupled: f32,
  gradient_scale: f32,
  correction1: f32,
  correction2: f32,
  steps: f32, // t, with those that were skipped
}

@group(0) @binding(4) var<storage, read> hyper: array<Hyper>;
@group(0) @binding(5) var<storage, read_write> first_moment: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> second_moment: array<vec4f>;

// Update quad i, whose gradient is first multiplied by `unscaling`.
fn update(i: u32, unscaling: f32, correction1: f32, correction2: f32) {
  let at = params.start + i;
  let its = hyper[group_at(i)];
  let before = parameter[at];
  let decay = its.weight_decay * select(vec4f(), before, its.weight_decay != 0.0); // not 0 times an infinite one
  let decoupled = its.decoupled != 0.0;
  let g = its.gradient_scale * unscaling * gradient[i] + select(decay, vec4f(), decoupled);
  let m = its.beta1 * first_moment[at] + (1.0 - its.beta1) * g;
  let v = its.beta2 * second_moment[at] + (1.0 - its.beta2) * g * g;
  let direction = (m / correction1) / (sqrt(v / correction2) + its.epsilon);
  let after = before - its.learning_rate * (direction + select(vec4f(), decay, decoupled));
  let mine = has_gradient(i);
  first_moment[at] = select(first_moment[at], m, mine);
  second_moment[at] = select(second_moment[at], v, mine);
  parameter[at] = select(before, after, mine);
}

@compute @workgroup_size(WORKGROUP)
fn step(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; 4u * i < params.size; i += groups.x * WORKGROUP) {
    let its = hyper[group_at(i)];
    update(i, 1.0, its.correction1, its.correction2);
  }
}

// 1 - beta^t, without the difference in which most digits of an early step would be lost. With q = 1 - beta^n for n = 1, 2, 4, ...,
// those n that t is the sum of are put together by 1 - (1 - c)(1 - q) = c + q (1 - c), which only adds up.
fn correction_at(t: u32, beta: f32) -> f32 {
  var correction = 0.0;
  var q = 1.0 - beta;
  for (var rest = t; rest > 0u; rest >>= 1u) {
    if ((rest & 1u) != 0u) {
      correction += q * (1.0 - correction);
    }
    q *= 2.0 - q; // 1 - (1 - q)^2
  }
  return correction;
}

@group(0) @binding(7) var<storage, read> loss_scale: LossScale;
@group(0) @binding(8) var<storage, read_write> skipped: array<u32>; // steps, of each group

@compute @workgroup_size(WORKGROUP)
fn scaled_step(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let skips = loss_scale.found[params.slot] != 0u;
  let unscaling = select(1.0, 1.0 / loss_scale.scale, params.unscales != 0u);
  for (var i = thread.x; 4u * i < params.size; i += groups.x * WORKGROUP) {
    let group = group_at(i);
    if (!skips) {
      let its = hyper[group];
      let t = u32(its.steps) - skipped[group];
      update(i, unscaling, correction_at(t, its.beta1), correction_at(t, its.beta2));
    } else if (begins_group(i)) {
      skipped[group] += 1u;
    }
  }
}
