// One step of stochastic gradient descent with momentum, in place.
//
//   g         = gradient_scale gradient + weight_decay parameter
//   velocity  = momentum velocity + g
//   parameter = parameter - learning_rate (g + momentum velocity with Nesterov, else velocity)
//
// This is PyTorch's formulation (dampening 0): the learning rate multiplies the velocity and is not part of it. velocity
// starts at zero.
//
// All parameters of a net lie side by side in one flat array, each from a multiple of BLOCK quads on, and so do their
// velocities: one launch can update them all. A block belongs to a group of parameters that share their hyper-parameters.
// The gradients given may be those of all, or of parameters from quad `start` on. A thread takes every so many-th quad
// (linearGrid in src/kernels/kernel.ts). With the gradients of all, what lies between two parameters is updated too, and
// means nothing.
//
// What a schedule may change stands in `hyper`, a storage buffer: a recorded step can be replayed with new values in it.

struct Params {
  start: u32, // in quads
  size: u32, // in elements
}

struct Hyper {
  learning_rate: f32,
  momentum: f32,
  weight_decay: f32,
  nesterov: f32,
  gradient_scale: f32,
}

const WORKGROUP: u32 = 256u;
const BLOCK: u32 = 16u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> parameter: array<vec4f>;
@group(0) @binding(2) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> velocity: array<vec4f>;
@group(0) @binding(4) var<storage, read> hyper: array<Hyper>;
@group(0) @binding(5) var<storage, read> group_of_block: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn step(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; 4u * i < params.size; i += groups.x * WORKGROUP) {
    let at = params.start + i;
    let its = hyper[group_of_block[at / BLOCK]];
    let before = parameter[at];
    let g = its.gradient_scale * gradient[i] + its.weight_decay * before;
    let v = its.momentum * velocity[at] + g;
    let direction = select(v, g + its.momentum * v, its.nesterov != 0.0);
    // Beyond the end may be somebody else's.
    let mine = vec4u(4u * i) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.size);
    velocity[at] = select(velocity[at], v, mine);
    parameter[at] = select(before, before - its.learning_rate * direction, mine);
  }
}
