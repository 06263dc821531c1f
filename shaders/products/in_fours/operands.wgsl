// The operands of a product (shared/operands.wgsl), four neighbours at a time: one address and one access for four numbers.
//
// For products whose starts, strides and lengths along what is read so are multiples of four (`comesInFours` in
// src/kernels/products/ladder/in-fours.ts).

import super::super::shared::operands::{StoredA, StoredB, StoredC};

@group(0) @binding(1) var<storage, read> a_quads: array<vec4<StoredA>>;
@group(0) @binding(2) var<storage, read> b_quads: array<vec4<StoredB>>;
@group(0) @binding(4) var<storage, read> mask_quads: array<vec4<StoredC>>;
@group(0) @binding(5) var<storage, read_write> c_quads: array<vec4<StoredC>>;

fn element_of_a(i: u32) -> f32 {
  return f32(a_quads[i / 4u][i % 4u]);
}

// What a window sees begins anywhere.
fn single_of_b(i: u32) -> f32 {
  return f32(b_quads[i / 4u][i % 4u]);
}
