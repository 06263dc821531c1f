// A copy of a box of elements from one array to another: what permuting, slicing, padding and joining tensors come to.
//
//   to[to_offset + sum_k i_k to_stride_k] = from[from_offset + sum_k i_k from_stride_k]
//
// for every index [i_0, ..., i_5] below the lengths. `words` copies elements of 32 bits as they are, whatever they mean; `halves`
// those of 16. The elements of the box are dealt to the threads in turn (linearGrid in src/kernels/kernel.ts).

alias Stored = f32;

struct Params {
  size: u32,
  from_offset: u32,
  to_offset: u32,
  length_1: u32,
  length_2: u32,
  length_3: u32,
  length_4: u32,
  length_5: u32,
  from_stride_0: u32,
  from_stride_1: u32,
  from_stride_2: u32,
  from_stride_3: u32,
  from_stride_4: u32,
  from_stride_5: u32,
  to_stride_0: u32,
  to_stride_1: u32,
  to_stride_2: u32,
  to_stride_3: u32,
  to_stride_4: u32,
  to_stride_5: u32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;

// Where the element at a row-major position of the box is, and where it goes.
fn places(position: u32) -> vec2u {
  var place = vec2u(params.from_offset, params.to_offset);
  var outer = position / params.length_5;
  place += (position - outer * params.length_5) * vec2u(params.from_stride_5, params.to_stride_5);
  var inner = outer;
  outer = inner / params.length_4;
  place += (inner - outer * params.length_4) * vec2u(params.from_stride_4, params.to_stride_4);
  inner = outer;
  outer = inner / params.length_3;
  place += (inner - outer * params.length_3) * vec2u(params.from_stride_3, params.to_stride_3);
  inner = outer;
  outer = inner / params.length_2;
  place += (inner - outer * params.length_2) * vec2u(params.from_stride_2, params.to_stride_2);
  inner = outer;
  outer = inner / params.length_1;
  place += (inner - outer * params.length_1) * vec2u(params.from_stride_1, params.to_stride_1);
  return place + outer * vec2u(params.from_stride_0, params.to_stride_0);
}

@group(0) @binding(1) var<storage, read> from_words: array<u32>;
@group(0) @binding(2) var<storage, read_write> to_words: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn words(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    let place = places(i);
    to_words[place.y] = from_words[place.x];
  }
}

@group(0) @binding(1) var<storage, read> from_halves: array<Stored>;
@group(0) @binding(2) var<storage, read_write> to_halves: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn halves(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    let place = places(i);
    to_halves[place.y] = from_halves[place.x];
  }
}
