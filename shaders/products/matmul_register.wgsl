// Matrix product for hardware: a thread keeps 8 x 8 sums in registers.
//
//   c = a b, as matmul_specification.wgsl says
//
// The idea over matmul_tiled.wgsl: what limits a GPU there is not arithmetic but the way to it. A thread with 4 x 4 sums
// reads 8 numbers from workgroup memory for 16 multiply-adds, one with 8 x 8 sums reads 16 for 64, and as vec4f they come
// in four loads. A tile has eight times as many rows and columns as the workgroup has threads along each side, and each
// number from storage serves a whole row or column of it.
//
// The rows of a tile are dealt to its threads like cards: thread r has rows r, r + THREAD_ROWS, r + 2 * THREAD_ROWS, and
// so on; columns likewise. A vec4f in workgroup memory holds a quad, four rows that are 2 * THREAD_ROWS apart. So
// neighbouring threads have neighbouring rows and columns when they fetch, when they add and when they store: storage
// serves them together, and workgroup memory from different banks. Of the 32 threads of a wave, the 8 in a line share the
// rows that they read, and the 4 in a column the columns. A term's line in workgroup memory is one vec4f longer than
// needed, so that threads which write to one line each meet different banks as well.
//
// A slice is DEPTH terms of the summation, of which each thread fetches one quad of a and one or two of b. It fetches the
// next slice before it uses the present one, so that the multiply-adds hide the way to storage. Where its rows and columns
// begin is found once; from slice to slice only the term moves on, by an addition. Neighbouring threads fetch along
// the axis along which the numbers are closer in memory: A_ALONG_TERMS, B_ALONG_TERMS. (shared/thread_tile.wgsl has the sizes,
// shared/quads_of_a.wgsl and shared/quads_of_b.wgsl the fetching.)
//
// What this intends on a processor with 64 K registers and 128 multiply-adds a cycle (estimated; how fast it came out is in
// src/kernels/products/ladder/ladder.ts): 64 sums, 16 operands, 8 numbers on their way and some thirty places fit in 128
// registers, so that two workgroups of 256 threads do, and one computes while the other waits at a barrier. For each term a
// wave issues 64 multiply-adds and 4 loads.
//
// What is written once is compiled once: fetching is written in one place, and storing in a loop that picks the row's sums
// from the variables (shared/pick.wgsl, shared/store.wgsl). Unrolled, the stores would take a software driver twice as long to
// compile as all the rest.
//
// With HALF the slices are kept in half precision, two numbers to a word: half as many bytes to write, keep and read for every
// multiply-add, while sums, bias and all storage stay f32. It is not the same product then: a half has 11 bits of precision,
// so each operand is off by up to 2^-10 of itself, below 2^-14 perhaps by all of it; and a sum with an operand beyond 65504 is
// added up again without rounding (shared/again.wgsl). So it is never chosen unless a caller asks for it.
//
// Workgroups: x along columns, y along rows, z along batches. Workgroup memory: up to 8 * (33 + 33) vec4f = 8.25 KiB, or half
// of that; and 4 KiB with ROW_SUMS.

import super::shared::again::HALF;
import super::shared::columns::columns_of;
import super::shared::parameters::params;
import super::shared::pick::pick;
import super::shared::quads_of_a::{A_ALONG_TERMS, fetch_of, rows_of, load_a};
import super::shared::quads_of_b::{B_ALONG_TERMS, load_b};
import super::shared::row_sums::{ROW_SUMS, store_row_sum};
import super::shared::store::store;
import super::shared::terms::{Term, advance};
import super::shared::thread_tile::{
  THREAD_ROWS, THREAD_COLUMNS, THREADS, A_QUADS, B_QUADS, DEPTH, B_FETCHES, B_STEP, place_of_thread
};
import super::shared::tile::tile_of;

const SIZE = DEPTH * (A_QUADS + B_QUADS + 2u);

// [term][quad], of a and then of b. Of either precision; of the other there is one element that nobody touches.
var<workgroup> slices: array<vec4f, select(SIZE, 1u, HALF)>;
var<workgroup> halves: array<vec2u, select(1u, SIZE, HALF)>;

fn place_of_a(term: u32, quad: u32) -> u32 {
  return term * (A_QUADS + 1u) + quad;
}

fn place_of_b(term: u32, quad: u32) -> u32 {
  return DEPTH * (A_QUADS + 1u) + term * (B_QUADS + 1u) + quad;
}

fn put_quad(place: u32, quad: vec4f) {
  if (HALF) {
    halves[place] = vec2u(pack2x16float(quad.xy), pack2x16float(quad.zw));
  } else {
    slices[place] = quad;
  }
}

fn quad_at(place: u32) -> vec4f {
  if (HALF) {
    return vec4f(unpack2x16float(halves[place].x), unpack2x16float(halves[place].y));
  }
  return slices[place];
}

// What each thread fetched of a, added up, [term][quad]: those of the same quad put together what they have.
var<workgroup> shares: array<vec4f, select(1u, THREADS, ROW_SUMS)>;

@compute @workgroup_size(THREADS)
fn product(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let tile = tile_of(group);
  // What this thread fetches.
  let a_fetch = fetch_of(index, THREADS, A_QUADS, A_ALONG_TERMS);
  let b_fetch = fetch_of(index, THREADS, B_QUADS, B_ALONG_TERMS);
  let first_row = tile.y * 8u * THREAD_ROWS;
  let first_column = tile.x * 8u * THREAD_COLUMNS;
  let a_rows = rows_of(tile.z, first_row + a_fetch.quad, A_QUADS);
  let b_columns = columns_of(tile.z, first_column + b_fetch.quad, B_QUADS);
  var a_term = advance(Term(), a_fetch.term);
  var b_term = advance(Term(), b_fetch.term);

  // What it computes.
  let place = place_of_thread(index);

  // The sums of its eight rows, at four columns that are even numbers of THREAD_COLUMNS away, and at four odd ones.
  var e0 = vec4f();
  var e1 = vec4f();
  var e2 = vec4f();
  var e3 = vec4f();
  var e4 = vec4f();
  var e5 = vec4f();
  var e6 = vec4f();
  var e7 = vec4f();
  var o0 = vec4f();
  var o1 = vec4f();
  var o2 = vec4f();
  var o3 = vec4f();
  var o4 = vec4f();
  var o5 = vec4f();
  var o6 = vec4f();
  var o7 = vec4f();
  var share = vec4f(); // what it fetches of a, added up

  let terms = params.outer * params.middle * params.inner;
  let slice_count = (terms + DEPTH - 1u) / DEPTH;
  var next_b: array<vec4f, B_FETCHES>;
  for (var slice = 0u; slice <= slice_count; slice++) {
    let next_a = load_a(a_rows, a_term);
    if (ROW_SUMS) {
      share += next_a;
    }
    a_term = advance(a_term, DEPTH);
    for (var i = 0u; i < B_FETCHES; i++) {
      next_b[i] = load_b(b_columns, b_term);
      b_term = advance(b_term, B_STEP);
    }

    // While those are on their way, the slice before them, if there is one.
    if (slice > 0u) {
      for (var term = 0u; term < DEPTH; term++) {
        let a_even = quad_at(place_of_a(term, place.row));
        let a_odd = quad_at(place_of_a(term, place.row + THREAD_ROWS));
        let b_even = quad_at(place_of_b(term, place.column));
        let b_odd = quad_at(place_of_b(term, place.column + THREAD_COLUMNS));
        e0 = fma(vec4f(a_even.x), b_even, e0);
        o0 = fma(vec4f(a_even.x), b_odd, o0);
        e1 = fma(vec4f(a_odd.x), b_even, e1);
        o1 = fma(vec4f(a_odd.x), b_odd, o1);
        e2 = fma(vec4f(a_even.y), b_even, e2);
        o2 = fma(vec4f(a_even.y), b_odd, o2);
        e3 = fma(vec4f(a_odd.y), b_even, e3);
        o3 = fma(vec4f(a_odd.y), b_odd, o3);
        e4 = fma(vec4f(a_even.z), b_even, e4);
        o4 = fma(vec4f(a_even.z), b_odd, o4);
        e5 = fma(vec4f(a_odd.z), b_even, e5);
        o5 = fma(vec4f(a_odd.z), b_odd, o5);
        e6 = fma(vec4f(a_even.w), b_even, e6);
        o6 = fma(vec4f(a_even.w), b_odd, o6);
        e7 = fma(vec4f(a_odd.w), b_even, e7);
        o7 = fma(vec4f(a_odd.w), b_odd, o7);
      }
    }
    workgroupBarrier();

    put_quad(place_of_a(a_fetch.term, a_fetch.quad), next_a);
    for (var i = 0u; i < B_FETCHES; i++) {
      put_quad(place_of_b(b_fetch.term + i * B_STEP, b_fetch.quad), next_b[i]);
    }
    workgroupBarrier();
  }

  let even_columns = columns_of(tile.z, first_column + place.column, B_QUADS);
  let odd_columns = columns_of(tile.z, first_column + place.column + THREAD_COLUMNS, B_QUADS);
  let last_row = min(first_row + 8u * THREAD_ROWS, params.rows);
  var i = 0u;
  for (var at = first_row + place.row; at < last_row; at += THREAD_ROWS) {
    store(even_columns, at, pick(i, e0, e1, e2, e3, e4, e5, e6, e7));
    store(odd_columns, at, pick(i, o0, o1, o2, o3, o4, o5, o6, o7));
    i++;
  }

  if (!ROW_SUMS || tile.x > 0u) {
    return;
  }
  shares[a_fetch.term * A_QUADS + a_fetch.quad] = share;
  workgroupBarrier();
  if (index < A_QUADS) {
    var total = vec4f();
    for (var term = 0u; term < DEPTH; term++) {
      total += shares[term * A_QUADS + index];
    }
    for (var at = first_row + index; at < last_row; at += A_QUADS) {
      store_row_sum(tile.z, at, total.x);
      total = total.yzwx;
    }
  }
}
