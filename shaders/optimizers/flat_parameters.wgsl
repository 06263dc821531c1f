// The parameters of a net as an optimizer sees them: side by side in one flat array, so that one launch updates them all.
//
// Each begins at a multiple of BLOCK quads; velocities and moments lie as their parameters do. A block belongs to a group of
// parameters that share their hyper-parameters. The gradients given are those of all parameters, or of those from quad `start` on.
// With the gradients of all, what lies between two parameters is updated too, and means nothing.
//
// Thread t takes the quads t, t + all threads, and so on (linearGrid in src/kernels/kernel.ts). Hyper-parameters stand in a
// storage buffer, since a schedule changes them: a recorded step can be run again with new values in it.

struct Params {
  start: u32, // in quads
  size: u32, // in elements
}

const WORKGROUP: u32 = 256u;
const BLOCK: u32 = 16u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> parameter: array<vec4f>;
@group(0) @binding(2) var<storage, read> gradient: array<vec4f>;

// Which elements of quad i have a gradient. Those beyond the end may be another parameter's.
fn has_gradient(i: u32) -> vec4<bool> {
  return vec4u(4u * i) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.size);
}
