// Dropout, forward and backward: the same linear map, so the same kernel.
//
//   y[i] = scale x[i] where bits[i] >= threshold, else 0 x[i]   bits[i] = first word of pcg3d(seed, counter, i)
//
// x and y are flat, `size` long; their elements are dealt to the threads in turn (linearGrid in src/kernels/kernel.ts). key is
// (seed, counter); `threshold` is the probability of dropping times 2^32. Which elements were dropped is never stored: the
// backward pass gives the same key and hashes again (random.wgsl), a few integer operations in place of a store here and a
// load there. As in PyTorch what is dropped is multiplied by 0, which is NaN where x is NaN or infinite.

import package::random::{Key, random_bits};

alias Stored = f32;

struct Params {
  size: u32,
  threshold: u32,
  scale: f32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read> key: Key;
@group(0) @binding(3) var<storage, read_write> y: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn dropout(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    let bits = random_bits(key, i).x;
    y[i] = Stored(select(0.0, params.scale, bits >= params.threshold) * f32(x[i]));
  }
}
