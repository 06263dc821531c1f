// Arithmetic on every element, with broadcasting.
//
//   flat       y[i] = a[i] op b[i]                  for a and b of one shape
//   broadcast  y[i] = a[a_at(i)] op b[b_at(i)]      where a length of 1 is stretched to the other's
//   number     y[i] = a[i] op value
//   expand     y[i] = value * a[a_at(i)]            the gradient of a sum or mean over the stretched axes
//
// y has `size` elements, and finds those of a and b as stretched.wgsl says. The maximum and the minimum of a NaN and a number are NaN.
// The elements of y are dealt to the threads in turn (linearGrid in src/kernels/kernel.ts). OPERATION is fixed when the shader
// is compiled: no thread ever chooses.

import super::stretched::index_of;
import package::nan::{larger, unless_nan};

alias StoredA = f32;
alias StoredB = f32;
alias StoredY = f32; // of result, too

const ADD: u32 = 0u;
const SUBTRACT: u32 = 1u;
const MULTIPLY: u32 = 2u;
const DIVIDE: u32 = 3u;
const MAXIMUM: u32 = 4u;
const MINIMUM: u32 = 5u;

const OPERATION: u32 = 0u;
const WORKGROUP: u32 = 256u;

struct Params {
  size: u32,
  value: f32,
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

fn combine(a: f32, b: f32) -> f32 {
  switch (OPERATION) {
    case SUBTRACT: {
      return a - b;
    }
    case MULTIPLY: {
      return a * b;
    }
    case DIVIDE: {
      return a / b;
    }
    case MAXIMUM: {
      return larger(a, b);
    }
    case MINIMUM: {
      return unless_nan(unless_nan(min(a, b), a), b);
    }
    default: {
      return a + b;
    }
  }
}

fn lengths() -> vec3u {
  return vec3u(params.length_1, params.length_2, params.length_3);
}

fn a_at(i: vec4u) -> u32 {
  return dot(i, vec4u(params.a_stride_0, params.a_stride_1, params.a_stride_2, params.a_stride_3));
}

fn b_at(i: vec4u) -> u32 {
  return dot(i, vec4u(params.b_stride_0, params.b_stride_1, params.b_stride_2, params.b_stride_3));
}

@group(0) @binding(1) var<storage, read> a: array<StoredA>;
@group(0) @binding(2) var<storage, read> b: array<StoredB>;
@group(0) @binding(3) var<storage, read_write> y: array<StoredY>;

@compute @workgroup_size(WORKGROUP)
fn flat(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    y[i] = StoredY(combine(f32(a[i]), f32(b[i])));
  }
}

@compute @workgroup_size(WORKGROUP)
fn broadcast(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    let index = index_of(i, lengths());
    y[i] = StoredY(combine(f32(a[a_at(index)]), f32(b[b_at(index)])));
  }
}

@group(0) @binding(2) var<storage, read_write> result: array<StoredY>;

@compute @workgroup_size(WORKGROUP)
fn number(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    result[i] = StoredY(combine(f32(a[i]), params.value));
  }
}

@compute @workgroup_size(WORKGROUP)
fn expand(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    result[i] = StoredY(params.value * f32(a[a_at(index_of(i, lengths()))]));
  }
}
