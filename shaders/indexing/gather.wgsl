// Elements along one axis that another array names.
//
//   y[o, k, i] = x[o, index[o, k, i], i]        dx[o, j, i] = the sum of dy[o, k, i] over all k with index[o, k, i] = j
//
// x is [outer, length, inner] and y is [outer, count, inner]; strides say where the index of an element of y lies: all 0 but one where
// whole slices are taken. An index that x does not have makes its element of y NaN, and all of the gradient along that axis there:
// nothing is ever read outside.
//
// Forward, elements of y are dealt to the threads in turn (linearGrid in src/kernels/kernel.ts); backward, elements of x are, and each
// looks through the indices for its own: the sum has one fixed order, and no two threads add to one number. Where no index is there
// twice (REPEATED is false) the gradient is copied, and a -0 stays one, which 0 + -0 is not.
//
//   one_hot   y[n, j] = 1 where index[n] = j, else 0        all of the row NaN where there is no such j below length

import package::nan::nan_with;

alias Stored = f32;

struct Params {
  size: u32,
  length: u32,
  count: u32,
  inner: u32,
  index_outer: u32,
  index_step: u32,
  index_inner: u32,
}

const WORKGROUP: u32 = 256u;
const REPEATED: bool = true;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> index: array<u32>;

// Where an element is: [outer, along the axis, inner].
fn place_of(position: u32, length: u32) -> vec3u {
  let row = position / params.inner;
  let outer = row / length;
  return vec3u(outer, row - outer * length, position - row * params.inner);
}

@group(0) @binding(2) var<storage, read> x: array<Stored>;
@group(0) @binding(3) var<storage, read_write> y: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    let place = place_of(i, params.count);
    let chosen = index[dot(place, vec3u(params.index_outer, params.index_step, params.index_inner))];
    if (chosen < params.length) {
      y[i] = x[(place.x * params.length + chosen) * params.inner + place.z];
    } else {
      y[i] = Stored(nan_with(chosen));
    }
  }
}

@group(0) @binding(2) var<storage, read> output_gradient: array<Stored>;
@group(0) @binding(3) var<storage, read_write> input_gradient: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    let place = place_of(i, params.length);
    var at = place.x * params.index_outer + place.z * params.index_inner;
    var from_y = place.x * params.count * params.inner + place.z;
    var sum = 0.0;
    var largest = 0u;
    for (var k = 0u; k < params.count; k++) {
      let chosen = index[at];
      largest = max(largest, chosen);
      if (chosen == place.y) {
        let gradient = f32(output_gradient[from_y]);
        sum = select(gradient, sum + gradient, REPEATED);
      }
      at += params.index_step;
      from_y += params.inner;
    }
    input_gradient[i] = Stored(select(nan_with(largest), sum, largest < params.length));
  }
}

@group(0) @binding(2) var<storage, read_write> hot: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn one_hot(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    let row = i / params.length;
    let label = index[row];
    let is_hot = label == i - row * params.length;
    hot[i] = select(nan_with(label), select(0.0, 1.0, is_hot), label < params.length);
  }
}
