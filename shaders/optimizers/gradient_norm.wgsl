// The norm of many gradients together, and what holds gradients to a size, in place.
//
//   part           parts[first + workgroup] = the sum of the squares of one gradient's elements that the workgroup takes
//   total          norm = the root of the sum of all parts
//   scale          gradient = gradient min(1, limit / (norm + 1e-6))        as PyTorch's clip_grad_norm_
//   clamp_values   gradient = the gradient, but at least -limit and at most limit
//
// With LARGEST the norm is the largest magnitude instead. A NaN makes the norm NaN, and so all that is scaled by it.
//
// The elements of a gradient, and the parts, are dealt to the threads in turn (linearGrid in src/kernels/kernel.ts); those of a workgroup
// add up what they found in a tree: in the same order each time.

import package::nan::{larger, unless_nan};

struct Params {
  size: u32,
  first: u32,
  limit: f32,
}

const LARGEST: bool = false;
const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;

var<workgroup> found: array<f32, WORKGROUP>;

fn both(a: f32, b: f32) -> f32 {
  if (LARGEST) {
    return larger(a, b);
  }
  return a + b;
}

fn measure_of(x: f32) -> f32 {
  if (LARGEST) {
    return abs(x);
  }
  return x * x;
}

// Put together what all threads of the workgroup found: the first thread reads it at found[0].
fn put_together(thread: u32, own: f32) {
  found[thread] = own;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) {
      found[thread] = both(found[thread], found[thread + half]);
    }
  }
}

@group(0) @binding(1) var<storage, read> gradient: array<f32>;
@group(0) @binding(2) var<storage, read_write> parts: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn part(
  @builtin(global_invocation_id) thread: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  var own = 0.0;
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    own = both(own, measure_of(gradient[i]));
  }
  put_together(local, own);
  if (local == 0u) {
    parts[params.first + group.x] = found[0];
  }
}

@group(0) @binding(1) var<storage, read> all_parts: array<f32>;
@group(0) @binding(2) var<storage, read_write> norm: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn total(@builtin(local_invocation_index) local: u32) {
  var own = 0.0;
  for (var i = local; i < params.size; i += WORKGROUP) {
    own = both(own, all_parts[i]);
  }
  put_together(local, own);
  if (local == 0u) {
    norm[0] = select(unless_nan(sqrt(found[0]), found[0]), found[0], LARGEST);
  }
}

@group(0) @binding(1) var<storage, read_write> clipped: array<f32>;
@group(0) @binding(2) var<storage, read> norm_found: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn scale(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let wanted = params.limit / (norm_found[0] + 1e-6);
  let factor = unless_nan(min(wanted, 1.0), wanted);
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    clipped[i] *= factor;
  }
}

@compute @workgroup_size(WORKGROUP)
fn clamp_values(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    clipped[i] = unless_nan(clamp(clipped[i], -params.limit, params.limit), clipped[i]);
  }
}
