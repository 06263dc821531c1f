// The elements of one of two arrays, as a third one asks for, with broadcasting.
//
//   y[i] = a[a_at(i)] where condition[c_at(i)] is not 0, else b[b_at(i)]
//
// `words` takes elements of 32 bits as they are, whatever they mean; `halves` those of 16. y has `size` elements, and finds those of
// the others as stretched.wgsl says; they are dealt to the threads in turn (linearGrid in src/kernels/kernel.ts).

import super::stretched::index_of;

alias Stored = f32;

const WORKGROUP: u32 = 256u;

struct Params {
  size: u32,
  length_1: u32,
  length_2: u32,
  length_3: u32,
  condition_stride_0: u32,
  condition_stride_1: u32,
  condition_stride_2: u32,
  condition_stride_3: u32,
  a_stride_0: u32,
  a_stride_1: u32,
  a_stride_2: u32,
  a_stride_3: u32,
  b_stride_0: u32,
  b_stride_1: u32,
  b_stride_2: u32,
  b_stride_3: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> condition: array<u32>;

// Which of the two the element at a position of y is from, and where it lies there.
struct Source {
  from_a: bool,
  at: u32,
}

fn source_of(position: u32) -> Source {
  let i = index_of(position, vec3u(params.length_1, params.length_2, params.length_3));
  let c = vec4u(
    params.condition_stride_0,
    params.condition_stride_1,
    params.condition_stride_2,
    params.condition_stride_3,
  );
  let a = vec4u(params.a_stride_0, params.a_stride_1, params.a_stride_2, params.a_stride_3);
  let b = vec4u(params.b_stride_0, params.b_stride_1, params.b_stride_2, params.b_stride_3);
  let from_a = condition[dot(i, c)] != 0u;
  return Source(from_a, select(dot(i, b), dot(i, a), from_a));
}

@group(0) @binding(2) var<storage, read> a_words: array<u32>;
@group(0) @binding(3) var<storage, read> b_words: array<u32>;
@group(0) @binding(4) var<storage, read_write> y_words: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn words(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    let source = source_of(i);
    if (source.from_a) {
      y_words[i] = a_words[source.at];
    } else {
      y_words[i] = b_words[source.at];
    }
  }
}

@group(0) @binding(2) var<storage, read> a_halves: array<Stored>;
@group(0) @binding(3) var<storage, read> b_halves: array<Stored>;
@group(0) @binding(4) var<storage, read_write> y_halves: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn halves(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    let source = source_of(i);
    if (source.from_a) {
      y_halves[i] = a_halves[source.at];
    } else {
      y_halves[i] = b_halves[source.at];
    }
  }
}
