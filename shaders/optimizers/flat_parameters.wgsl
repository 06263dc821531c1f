// The parameters of a net as an optimizer sees them: side by side in one flat array, so that one launch updates them all.
//
// Each begins at a multiple of BLOCK quads; velocities and moments lie as their parameters do. A block belongs to a group of
// parameters that share their hyper-parameters. The gradients given are those of all parameters, or of those from quad `start` on.
// With the gradients of all, what lies between two parameters is updated too, and means nothing.
//
// Thread t takes the quads t, t + all threads, and so on (linearGrid in src/kernels/kernel.ts). Hyper-parameters stand in a
// storage buffer, since a schedule changes them: a recorded step can be run again with new values in it.
//
// `scaled_step` is the step where a GradScaler has scaled the loss (loss_scale.wgsl): gradients are divided by the scale on their
// way, and where one of them is not finite all stays as it is, but that each group counts the step that it did not take.

struct Params {
  start: u32, // in quads
  size: u32, // in elements
  slot: u32, // of loss_scale.found: which optimizer this is
  unscales: u32, // are the gradients still those of the scaled loss?
}

const WORKGROUP: u32 = 256u;
const BLOCK: u32 = 16u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> parameter: array<vec4f>;
@group(0) @binding(2) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(3) var<storage, read> group_of_block: array<u32>;

// Which elements of quad i have a gradient. Those beyond the end may be another parameter's.
fn has_gradient(i: u32) -> vec4<bool> {
  return vec4u(4u * i) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.size);
}

// The group that quad i of the gradients is of.
fn group_at(i: u32) -> u32 {
  return group_of_block[(params.start + i) / BLOCK];
}

// Is quad i the first of its group? Of the threads, the one that has it counts for all.
fn begins_group(i: u32) -> bool {
  let at = params.start + i;
  if (at % BLOCK != 0u) {
    return false;
  }
  return i == 0u || group_of_block[at / BLOCK - 1u] != group_of_block[at / BLOCK];
}
