// One step of Adam (Kingma & Ba, ICLR 2015, algorithm 1), in place; AdamW (Loshchilov & Hutter, ICLR 2019) if `decoupled`.
//
//   g = gradient_scale gradient + L2 parameter
//   m = beta1 m + (1 - beta1) g        v = beta2 v + (1 - beta2) g^2
//   parameter = parameter - learning_rate ((m / correction1) / (sqrt(v / correction2) + epsilon) + W parameter)
//
// where weight_decay is L2 (and W is 0) as in Adam, or W (and L2 is 0) as in AdamW.
//
// m and v, the moments, start at zero; correction1 = 1 - beta1^t and correction2 = 1 - beta2^t undo that bias at step
// t = 1, 2, ... The corrections come from the host, where a power costs nothing and is exact.
//
// Parameters, moments and hyper-parameters are laid out as flat_parameters.wgsl says.

import super::flat_parameters::{WORKGROUP, BLOCK, params, parameter, gradient, has_gradient};

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
}

@group(0) @binding(3) var<storage, read_write> first_moment: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> second_moment: array<vec4f>;
@group(0) @binding(5) var<storage, read> hyper: array<Hyper>;
@group(0) @binding(6) var<storage, read> group_of_block: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn step(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; 4u * i < params.size; i += groups.x * WORKGROUP) {
    let at = params.start + i;
    let its = hyper[group_of_block[at / BLOCK]];
    let before = parameter[at];
    let decay = its.weight_decay * select(vec4f(), before, its.weight_decay != 0.0); // not 0 times an infinite one
    let decoupled = its.decoupled != 0.0;
    let g = its.gradient_scale * gradient[i] + select(decay, vec4f(), decoupled);
    let m = its.beta1 * first_moment[at] + (1.0 - its.beta1) * g;
    let v = its.beta2 * second_moment[at] + (1.0 - its.beta2) * g * g;
    let direction = (m / its.correction1) / (sqrt(v / its.correction2) + its.epsilon);
    let after = before - its.learning_rate * (direction + select(vec4f(), decay, decoupled));
    let mine = has_gradient(i);
    first_moment[at] = select(first_moment[at], m, mine);
    second_moment[at] = select(second_moment[at], v, mine);
    parameter[at] = select(before, after, mine);
  }
}
