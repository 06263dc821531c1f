// Look for gradients that are not finite, before an optimizer takes its step.
//
//   find     found[slot] = 1 where one of the gradients, divided by the scale, is infinite or NaN
//   unscale  the same, and gradient = gradient / scale, in place
//
// A scale below 1 may make finite numbers of gradients that are none: so they are looked at as the step would have them.
//
// Gradients lie as flat_parameters.wgsl says; elements_of_block tells how many of a block of the parameters are a parameter's, since
// what is behind those may be anything. Words of the state are as in loss_scale.wgsl; threads that find something all write the same.

import super::loss_scale::FOUND;

struct Params {
  start: u32, // in quads
  size: u32, // in elements
  slot: u32, // which optimizer
}

const WORKGROUP: u32 = 256u;
const BLOCK: u32 = 16u; // in quads

// The bits of an exponent that neither infinity nor NaN lacks: a comparison with them may be optimised away.
const NOT_FINITE = vec4u(0x7f800000u);

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(2) var<storage, read> elements_of_block: array<u32>;
@group(0) @binding(3) var<storage, read_write> state: array<atomic<u32>>;

// Which elements of quad i are of a parameter.
fn in_parameter(i: u32) -> vec4<bool> {
  let at = params.start + i;
  return vec4u(4u * (at % BLOCK)) + vec4u(0u, 1u, 2u, 3u) < vec4u(elements_of_block[at / BLOCK]);
}

fn any_not_finite(values: vec4f, which: vec4<bool>) -> bool {
  return any(((bitcast<vec4u>(values) & NOT_FINITE) == NOT_FINITE) & which);
}

@compute @workgroup_size(WORKGROUP)
fn find(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let unscaling = 1.0 / bitcast<f32>(atomicLoad(&state[0]));
  var found = false;
  for (var i = thread.x; 4u * i < params.size; i += groups.x * WORKGROUP) {
    found |= any_not_finite(unscaling * gradient[i], in_parameter(i));
  }
  if (found) {
    atomicStore(&state[FOUND + params.slot], 1u);
  }
}

@group(0) @binding(1) var<storage, read_write> unscaled: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn unscale(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let unscaling = 1.0 / bitcast<f32>(atomicLoad(&state[0]));
  var found = false;
  for (var i = thread.x; 4u * i < params.size; i += groups.x * WORKGROUP) {
    let scaled = unscaled[i];
    let which = in_parameter(i);
    let after = unscaling * scaled;
    found |= any_not_finite(after, which);
    unscaled[i] = select(scaled, after, which);
  }
  if (found) {
    atomicStore(&state[FOUND + params.slot], 1u);
  }
}
