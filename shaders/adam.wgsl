// One step of Adam (Kingma & Ba, ICLR 2015, algorithm 1), in place; AdamW (Loshchilov & Hutter, ICLR 2019) if `decoupled`.
//
//   g = gradient_scale gradient + L2 parameter
//   m = beta1 m + (1 - beta1) g        v = beta2 v + (1 - beta2) g^2
//   parameter = parameter - learning_rate ((m / correction1) / (sqrt(v / correction2) + epsilon) + W parameter)
//
// where weight_decay is L2 (and W is 0) as in Adam, or W (and L2 is 0) as in AdamW.
//
// m and v, the moments, start at zero; correction1 = 1 - beta1^t and correction2 = 1 - beta2^t undo that bias at step
// t = 1, 2, ... All arrays are flat, `size` long; a thread takes every so many-th element (linearGrid in
// src/kernels/kernel.ts).
//
// What changes from step to step stands in `hyper`, a storage buffer: a recorded step can be replayed with new values in it.
// The corrections come from the host, where a power costs nothing and is exact.

struct Params {
  size: u32,
}

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

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> parameter: array<f32>;
@group(0) @binding(2) var<storage, read> gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> first_moment: array<f32>;
@group(0) @binding(4) var<storage, read_write> second_moment: array<f32>;
@group(0) @binding(5) var<storage, read> hyper: Hyper;

@compute @workgroup_size(WORKGROUP)
fn step(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    let before = parameter[i];
    let decay = hyper.weight_decay * before;
    let decoupled = hyper.decoupled != 0.0;
    let g = hyper.gradient_scale * gradient[i] + select(decay, 0.0, decoupled);
    let m = hyper.beta1 * first_moment[i] + (1.0 - hyper.beta1) * g;
    let v = hyper.beta2 * second_moment[i] + (1.0 - hyper.beta2) * g * g;
    let direction = (m / hyper.correction1) / (sqrt(v / hyper.correction2) + hyper.epsilon);
    first_moment[i] = m;
    second_moment[i] = v;
    parameter[i] = before - hyper.learning_rate * (direction + select(0.0, decay, decoupled));
  }
}
