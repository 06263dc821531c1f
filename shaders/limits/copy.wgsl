// How fast can a kernel of this device move memory? y = x, flat, four numbers at a time.
//
// `size` counts vectors of four. A thread takes every n-th of them, where n counts all threads (linearGrid in
// src/kernels/kernel.ts), so neighbouring threads touch neighbouring memory. It is a kernel rather than the driver's own copy
// command, because kernels are what is compared with it.

struct Params {
  size: u32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn copy(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    y[i] = x[i];
  }
}
