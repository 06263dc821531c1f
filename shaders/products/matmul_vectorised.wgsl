// Matrix product for hardware: 8 x 8 sums a thread, and four columns of b and c at a time from and to storage.
//
//   c = a b, as matmul_specification.wgsl says
//
// The idea over matmul_register.wgsl: where neighbouring columns are neighbours in memory and come in fours (the positions of an
// image, through a 1 x 1 convolution), storage can be read and written as vec4f: one address and one access for four
// numbers. So here a quad of columns is four next to each other, and b and c are fetched and stored by functions of its own; all
// else is as there, explained there, and imported from where that imports it. Rows are still dealt to the threads one by one,
// since a, the weights, is small and may be read along either axis.
//
// For products without a window, where b_column and c_column are 1 and the columns, the groups and all other strides and starts
// of b and c are multiples of four (`comesInFours` in src/kernels/products/ladder/tiles.ts).
//
// Workgroups: x along columns, y along rows, z along batches. Workgroup memory: up to 8 * (33 + 33) vec4f = 8.25 KiB.

import package::rectify::{rectify_quad, lets_through_quad};
import super::shared::epilogue::{ROW_BIAS, COLUMN_BIAS, ACCUMULATE, RELU, MASK};
import super::shared::operands::{StoredB, StoredC, bias};
import super::shared::parameters::params;
import super::shared::pick::pick;
import super::shared::quads_of_a::{A_ALONG_TERMS, fetch_of, rows_of, load_a};
import super::shared::terms::{Term, advance};
import super::shared::thread_tile::{
  THREAD_ROWS, THREAD_COLUMNS, THREADS, A_QUADS, B_QUADS, DEPTH, B_FETCHES, B_STEP, place_of_thread
};
import super::shared::tile::tile_of;

// b, mask and c, four elements at a time.
@group(0) @binding(2) var<storage, read> b_quads: array<vec4<StoredB>>;
@group(0) @binding(4) var<storage, read> mask_quads: array<vec4<StoredC>>;
@group(0) @binding(5) var<storage, read_write> c_quads: array<vec4<StoredC>>;

var<workgroup> a_slice: array<vec4f, DEPTH * (A_QUADS + 1u)>; // [term][quad]
var<workgroup> b_slice: array<vec4f, DEPTH * (B_QUADS + 1u)>;

fn a_place(term: u32, quad: u32) -> u32 {
  return term * (A_QUADS + 1u) + quad;
}

fn b_place(term: u32, quad: u32) -> u32 {
  return term * (B_QUADS + 1u) + quad;
}

// A quad of columns. Past the edge the last one is read again, and never stored.
struct Columns {
  first: u32,
  inside: bool,
  b: u32, // where it is in b, in fours
  c: u32, // and in c
}

fn columns_of(batch: u32, quad: u32) -> Columns {
  let first = min(4u * quad, params.columns - 4u);
  let group = first / params.group;
  let within = first - group * params.group;
  return Columns(
    first,
    first == 4u * quad,
    (params.b_start + batch * params.b_batch + group * params.b_group + within) / 4u,
    (params.c_start + batch * params.c_batch + group * params.c_group + within) / 4u,
  );
}

fn load_b(columns: Columns, term: Term) -> vec4f {
  if (term.outer >= params.outer) {
    return vec4f();
  }
  return vec4f(b_quads[columns.b + (term.outer * params.b_outer + term.inner * params.b_inner) / 4u]);
}

fn store(columns: Columns, row: u32, sums: vec4f) {
  if (!columns.inside) {
    return;
  }
  let at = columns.c + row * params.c_row / 4u;
  var values = sums;
  if (ROW_BIAS) {
    values += bias[row];
  }
  if (COLUMN_BIAS) {
    let i = columns.first;
    values += vec4f(bias[i], bias[i + 1u], bias[i + 2u], bias[i + 3u]);
  }
  if (ACCUMULATE) {
    values += vec4f(c_quads[at]);
  }
  if (RELU) {
    values = rectify_quad(values);
  }
  if (MASK) {
    values = select(vec4f(), values, lets_through_quad(vec4f(mask_quads[at])));
  }
  c_quads[at] = vec4<StoredC>(values);
}

@compute @workgroup_size(THREADS)
fn product(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let tile = tile_of(group);
  // What this thread fetches.
  let a_fetch = fetch_of(index, THREADS, A_QUADS, A_ALONG_TERMS);
  let b_fetch = fetch_of(index, THREADS, B_QUADS, false);
  let first_row = tile.y * 8u * THREAD_ROWS;
  let first_quad = tile.x * B_QUADS;
  let a_rows = rows_of(tile.z, first_row + a_fetch.quad, A_QUADS);
  let b_columns = columns_of(tile.z, first_quad + b_fetch.quad);
  var a_term = advance(Term(), a_fetch.term);
  var b_term = advance(Term(), b_fetch.term);

  // What it computes.
  let place = place_of_thread(index);

  // The sums of its eight rows, at two quads of columns.
  var left0 = vec4f();
  var left1 = vec4f();
  var left2 = vec4f();
  var left3 = vec4f();
  var left4 = vec4f();
  var left5 = vec4f();
  var left6 = vec4f();
  var left7 = vec4f();
  var right0 = vec4f();
  var right1 = vec4f();
  var right2 = vec4f();
  var right3 = vec4f();
  var right4 = vec4f();
  var right5 = vec4f();
  var right6 = vec4f();
  var right7 = vec4f();

  let terms = params.outer * params.middle * params.inner;
  let slices = (terms + DEPTH - 1u) / DEPTH;
  for (var slice = 0u; slice <= slices; slice++) {
    let next_a = load_a(a_rows, a_term);
    a_term = advance(a_term, DEPTH);
    var next_b: array<vec4f, B_FETCHES>;
    for (var i = 0u; i < B_FETCHES; i++) {
      next_b[i] = load_b(b_columns, b_term);
      b_term = advance(b_term, B_STEP);
    }

    // While those are on their way, the slice before them, if there is one.
    if (slice > 0u) {
      for (var term = 0u; term < DEPTH; term++) {
        let a_even = a_slice[a_place(term, place.row)];
        let a_odd = a_slice[a_place(term, place.row + THREAD_ROWS)];
        let b_left = b_slice[b_place(term, place.column)];
        let b_right = b_slice[b_place(term, place.column + THREAD_COLUMNS)];
        left0 = fma(vec4f(a_even.x), b_left, left0);
        right0 = fma(vec4f(a_even.x), b_right, right0);
        left1 = fma(vec4f(a_odd.x), b_left, left1);
        right1 = fma(vec4f(a_odd.x), b_right, right1);
        left2 = fma(vec4f(a_even.y), b_left, left2);
        right2 = fma(vec4f(a_even.y), b_right, right2);
        left3 = fma(vec4f(a_odd.y), b_left, left3);
        right3 = fma(vec4f(a_odd.y), b_right, right3);
        left4 = fma(vec4f(a_even.z), b_left, left4);
        right4 = fma(vec4f(a_even.z), b_right, right4);
        left5 = fma(vec4f(a_odd.z), b_left, left5);
        right5 = fma(vec4f(a_odd.z), b_right, right5);
        left6 = fma(vec4f(a_even.w), b_left, left6);
        right6 = fma(vec4f(a_even.w), b_right, right6);
        left7 = fma(vec4f(a_odd.w), b_left, left7);
        right7 = fma(vec4f(a_odd.w), b_right, right7);
      }
    }
    workgroupBarrier();

    a_slice[a_place(a_fetch.term, a_fetch.quad)] = next_a;
    for (var i = 0u; i < B_FETCHES; i++) {
      b_slice[b_place(b_fetch.term + i * B_STEP, b_fetch.quad)] = next_b[i];
    }
    workgroupBarrier();
  }

  let left_columns = columns_of(tile.z, first_quad + place.column);
  let right_columns = columns_of(tile.z, first_quad + place.column + THREAD_COLUMNS);
  let last_row = min(first_row + 8u * THREAD_ROWS, params.rows);
  var i = 0u;
  for (var at = first_row + place.row; at < last_row; at += THREAD_ROWS) {
    store(left_columns, at, pick(i, left0, left1, left2, left3, left4, left5, left6, left7));
    store(right_columns, at, pick(i, right0, right1, right2, right3, right4, right5, right6, right7));
    i++;
  }
}
