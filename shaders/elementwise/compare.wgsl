// Does it hold that a = b, a < b and so on? 1 where it does, else 0; with broadcasting.
//
//   floats  y[i] = a[a_at(i)] ? b[b_at(i)]      of numbers, stored as singles or halves
//   words   the same                            of whole numbers
//
// With NUMBER every element of a is held against one number, in place of b. Of a NaN nothing holds but that it differs, as in PyTorch.
// y has `size` elements, and finds those of a and b as stretched.wgsl says; they are dealt to the threads in turn (linearGrid in
// src/kernels/kernel.ts). RELATION and NUMBER are fixed when the shader is compiled.

import super::stretched::index_of;
import package::nan::is_nan;
import package::order::order_of;

alias StoredA = f32;
alias StoredB = f32;

const EQUAL: u32 = 0u;
const NOT_EQUAL: u32 = 1u;
const LESS: u32 = 2u;
const AT_MOST: u32 = 3u;
const GREATER: u32 = 4u;

const RELATION: u32 = 0u;
const NUMBER: bool = false;
const WORKGROUP: u32 = 256u;

struct Params {
  size: u32,
  number: f32,
  word: u32,
  length_1: u32,
  length_2: u32,
  length_3: u32,
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

fn a_at(i: vec4u) -> u32 {
  return dot(i, vec4u(params.a_stride_0, params.a_stride_1, params.a_stride_2, params.a_stride_3));
}

fn b_at(i: vec4u) -> u32 {
  return dot(i, vec4u(params.b_stride_0, params.b_stride_1, params.b_stride_2, params.b_stride_3));
}

// Does RELATION hold of two numbers, of which this much is known?
fn holds(less: bool, equal: bool) -> u32 {
  switch (RELATION) {
    case EQUAL: {
      return u32(equal);
    }
    case NOT_EQUAL: {
      return u32(!equal);
    }
    case LESS: {
      return u32(less);
    }
    case AT_MOST: {
      return u32(less || equal);
    }
    case GREATER: {
      return u32(!(less || equal));
    }
    default: {
      return u32(!less);
    }
  }
}

@group(0) @binding(1) var<storage, read> a: array<StoredA>;
@group(0) @binding(2) var<storage, read> b: array<StoredB>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn floats(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    let index = index_of(i, vec3u(params.length_1, params.length_2, params.length_3));
    let left = f32(a[a_at(index)]);
    var right = params.number;
    if (!NUMBER) {
      right = f32(b[b_at(index)]);
    }
    let unordered = is_nan(left) || is_nan(right);
    let differ = u32(RELATION == NOT_EQUAL);
    let ordered = holds(order_of(left) < order_of(right), order_of(left) == order_of(right));
    y[i] = select(ordered, differ, unordered);
  }
}

@group(0) @binding(1) var<storage, read> a_words: array<u32>;
@group(0) @binding(2) var<storage, read> b_words: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn words(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    let index = index_of(i, vec3u(params.length_1, params.length_2, params.length_3));
    let left = a_words[a_at(index)];
    var right = params.word;
    if (!NUMBER) {
      right = b_words[b_at(index)];
    }
    y[i] = holds(left < right, left == right);
  }
}
