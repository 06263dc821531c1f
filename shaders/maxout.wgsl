// Maxout, forward and backward.
//
//   y[g, l]     = max over p of x[g, p, l]
//   dx[g, p, l] = dy[g, l] where p is the first piece with that maximum, else 0
//
// x and dx: [groups, pieces, positions]; y and dy: [groups, positions]. A group is one output channel of one image: its
// pieces are neighbouring channels of x, so that [N, C * pieces, ...] is read as it lies in memory. A NaN wins over
// everything, and of several the first.
//
// The elements of y are dealt to the threads in turn (linearGrid in src/kernels/kernel.ts), so that neighbouring threads touch
// neighbouring positions of each piece; four at a time (`_quads`) where positions are a multiple of four. The backward pass looks
// for the winner again, in its one pass over x: an index of the winners would have to be written, kept and read as well.

import package::nan::{is_nan, is_nan_quad};

struct Params {
  // Elements of y.
  size: u32,
  pieces: u32,
  positions: u32,
}

const WORKGROUP: u32 = 256u;
// How many pieces, if it is known when the shader is compiled, so that all of them are loaded at once; else 0.
const PIECES: u32 = 0u;

// How activations and their gradients are stored. All arithmetic is in single precision.
alias Stored = f32;

@group(0) @binding(0) var<uniform> params: Params;

fn pieces() -> u32 {
  return select(params.pieces, PIECES, PIECES > 0u);
}

// Where in x the pieces of an element or quad of y begin; they are `positions` apart.
fn first_piece(i: u32, positions: u32) -> u32 {
  return i + (i / positions) * (pieces() - 1u) * positions;
}

@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;

// The largest of some pieces, and which it is.
struct Winner {
  value: f32,
  piece: u32,
}

// Of the pieces that begin at `first`.
fn winner(first: u32) -> Winner {
  var best = Winner(f32(x[first]), 0u);
  for (var piece = 1u; piece < pieces(); piece++) {
    let value = f32(x[first + piece * params.positions]);
    if (!is_nan(best.value) && (value > best.value || is_nan(value))) {
      best = Winner(value, piece);
    }
  }
  return best;
}

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    y[i] = Stored(winner(first_piece(i, params.positions)).value);
  }
}

@group(0) @binding(2) var<storage, read> output_gradient: array<Stored>;
@group(0) @binding(3) var<storage, read_write> input_gradient: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    let gradient = f32(output_gradient[i]);
    let first = first_piece(i, params.positions);
    let best = winner(first).piece;
    for (var piece = 0u; piece < pieces(); piece++) {
      input_gradient[first + piece * params.positions] = Stored(select(0.0, gradient, piece == best));
    }
  }
}

@group(0) @binding(1) var<storage, read> x_quads: array<vec4<Stored>>;
@group(0) @binding(2) var<storage, read_write> y_quads: array<vec4<Stored>>;

struct Winners {
  value: vec4f,
  piece: vec4u,
}

fn winners(first: u32) -> Winners {
  let positions = params.positions / 4u;
  var best = Winners(vec4f(x_quads[first]), vec4u());
  for (var piece = 1u; piece < pieces(); piece++) {
    let value = vec4f(x_quads[first + piece * positions]);
    let better = !is_nan_quad(best.value) & ((value > best.value) | is_nan_quad(value));
    best = Winners(select(best.value, value, better), select(best.piece, vec4u(piece), better));
  }
  return best;
}

@compute @workgroup_size(WORKGROUP)
fn forward_quads(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size / 4u; i += groups.x * WORKGROUP) {
    y_quads[i] = vec4<Stored>(winners(first_piece(i, params.positions / 4u)).value);
  }
}

@group(0) @binding(2) var<storage, read> output_gradient_quads: array<vec4<Stored>>;
@group(0) @binding(3) var<storage, read_write> input_gradient_quads: array<vec4<Stored>>;

@compute @workgroup_size(WORKGROUP)
fn backward_quads(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let positions = params.positions / 4u;
  for (var i = thread.x; i < params.size / 4u; i += groups.x * WORKGROUP) {
    let gradient = vec4f(output_gradient_quads[i]);
    let first = first_piece(i, positions);
    let best = winners(first).piece;
    for (var piece = 0u; piece < pieces(); piece++) {
      let its = select(vec4f(), gradient, best == vec4u(piece));
      input_gradient_quads[first + piece * positions] = vec4<Stored>(its);
    }
  }
}
