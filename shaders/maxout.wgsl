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
// neighbouring positions of each piece. The backward pass looks for the winner again, in its one pass over x: an index of the
// winners would have to be written, kept and read as well.

import package::nan::is_nan;

struct Params {
  // Elements of y.
  size: u32,
  pieces: u32,
  positions: u32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

// Where in x the pieces of an element of y begin; they are `positions` apart.
fn first_piece(i: u32) -> u32 {
  return i + (i / params.positions) * (params.pieces - 1u) * params.positions;
}

// Where in x the largest of the pieces that begin at `first` is.
fn winner(first: u32) -> u32 {
  var best = first;
  var largest = x[first];
  var at = first;
  for (var piece = 1u; piece < params.pieces; piece++) {
    at += params.positions;
    let value = x[at];
    if (!is_nan(largest) && (value > largest || is_nan(value))) {
      best = at;
      largest = value;
    }
  }
  return best;
}

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    y[i] = x[winner(first_piece(i))];
  }
}

@group(0) @binding(2) var<storage, read> output_gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> input_gradient: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    let gradient = output_gradient[i];
    let first = first_piece(i);
    let best = winner(first);
    var at = first;
    for (var piece = 0u; piece < params.pieces; piece++) {
      input_gradient[at] = select(0.0, gradient, at == best);
      at += params.positions;
    }
  }
}
