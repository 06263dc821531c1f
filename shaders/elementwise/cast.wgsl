// The same numbers in another type: single precision as halves, halves as single precision, or with `words` whole numbers as either.
//
//   y = x
//
// x and y are flat, `size` long; their elements are dealt to the threads in turn (linearGrid in src/kernels/kernel.ts). What is
// too large for a half becomes infinite; what lies between two becomes the nearer one.

alias StoredX = f32;
alias StoredY = f32;

struct Params {
  size: u32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<StoredX>;
@group(0) @binding(2) var<storage, read_write> y: array<StoredY>;

@compute @workgroup_size(WORKGROUP)
fn convert(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    y[i] = StoredY(x[i]);
  }
}

@group(0) @binding(1) var<storage, read> x_words: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn words(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    y[i] = StoredY(x_words[i]);
  }
}
