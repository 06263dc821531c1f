// The largest number along one axis, or the smallest, and where it is.
//
//   y = max_k x[k] or min_k x[k], index = the first such k
//
// A NaN counts as larger and smaller than any number, as in PyTorch: the first one is the answer. x is [outer, length, inner], and a
// row is all that lies along the middle axis. Rows are dealt to the threads in turn (linearGrid in src/kernels/kernel.ts). The gradient is
// that of gather.wgsl with these indices. LEAST is fixed when the shader is compiled.

import package::nan::is_nan;

alias Stored = f32;

struct Params {
  size: u32,
  length: u32,
  inner: u32,
}

const LEAST: bool = false; // look for the smallest
const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;

@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;
@group(0) @binding(3) var<storage, read_write> index: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let rows = params.size / params.length;
  for (var row = thread.x; row < rows; row += groups.x * WORKGROUP) {
    let outer = row / params.inner;
    let begin = outer * params.length * params.inner + (row - outer * params.inner);
    var best = f32(x[begin]);
    var place = 0u;
    for (var k = 1u; k < params.length; k++) {
      let value = f32(x[begin + k * params.inner]);
      let beyond = select(value > best, value < best, LEAST);
      if (!is_nan(best) && (beyond || is_nan(value))) {
        best = value;
        place = k;
      }
    }
    y[row] = Stored(best);
    index[row] = place;
  }
}
