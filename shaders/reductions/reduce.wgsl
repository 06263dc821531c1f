// Sum over one axis, wholly or in part.
//
//   y[o, c, i] = factor * sum_k x[o, c + k chunks, i]
//
// x is [outer, length, inner] and y is [outer, chunks, inner]: chunks = 1 finishes the sum, more leaves partial sums for a
// second launch to add up. Sums over several axes, and means, are made of such launches (see src/kernels/reductions/reduce.ts).
//
// The elements of y are dealt to the threads in turn (linearGrid in src/kernels/kernel.ts), so more chunks mean more threads, up
// to a device's fill. A chunk takes every chunks-th element rather than neighbours: neighbouring threads then read neighbouring
// addresses at each step, even where inner is 1. Each sum has one fixed order, no atomics: the same input gives the same
// bits. Four loads are under way before the first addition waits. What is longer than 128 elements is added up in blocks of 64,
// each from zero on: a sum of short sums rounds less than one that grows all the way.

alias StoredX = f32;

struct Params {
  outer: u32,
  length: u32,
  inner: u32,
  chunks: u32,
  factor: f32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<StoredX>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn sum(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.outer * params.chunks * params.inner; i += groups.x * WORKGROUP) {
    let row = i / params.inner;
    let outer = row / params.chunks;
    let chunk = row - outer * params.chunks;
    let count = (params.length - chunk + params.chunks - 1u) / params.chunks;
    let step = params.chunks * params.inner;

    var at = (outer * params.length + chunk) * params.inner + (i - row * params.inner);
    let quads = count / 4u;
    let block = select(16u, 32u, quads <= 32u);
    var total = 0.0;
    for (var first = 0u; first < quads; first += block) {
      var of_block = 0.0;
      for (var k = first; k < min(first + block, quads); k++) {
        of_block += (f32(x[at]) + f32(x[at + step])) + (f32(x[at + 2u * step]) + f32(x[at + 3u * step]));
        at += 4u * step;
      }
      total += of_block;
    }
    for (var k = 0u; k < count % 4u; k++) {
      total += f32(x[at]);
      at += step;
    }
    y[i] = params.factor * total;
  }
}
