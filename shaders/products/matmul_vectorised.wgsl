// Matrix product for hardware: 8 x 8 sums a thread, and four numbers at a time from and to storage.
//
//   c = a b, as matmul_specification.wgsl says
//
// The idea over matmul_register.wgsl: every instruction other than a multiply-add costs the time of one. So storage is read and
// written as vec4f wherever neighbours lie side by side; slices are twice as deep, for half as many barriers; where a slice's terms
// are is found once for all threads (in_fours/slices.wgsl); and both slices are arrays of lines, so that only the number of the line has to be
// checked against their size, once for four reads.
//
// A quad is four neighbouring rows or columns. Of the 32 threads of a wave, the 8 in a line share the rows that they read, and
// the 4 in a column the columns: a thread has the row quads r and r + 4, and the column quads c and c + 8, of the 8 x 16 quads of
// its wave. Operands come
//
//   a   along terms, four of one row, and are turned round on their way to workgroup memory; or along rows, four of one term
//   b   along columns, four of one term; or along terms, turned round (B_ALONG_TERMS)
//   b   through a WINDOW, one by one, since a window begins anywhere: then the columns of a quad are a quarter of the tile
//       apart, so that neighbouring threads read neighbouring numbers
//
// Tiles that share columns of b follow one another, so that b comes from the cache for all but the first of them. Workgroups: x along
// rows, y along columns, z along batches. Workgroup memory: 12.5 KiB for 64 x 128. How fast it came out is in
// src/kernels/products/ladder/ladder.ts.

import super::shared::columns::{Columns, columns_of};
import super::shared::operands::StoredC;
import super::in_fours::operands::{a_quads, b_quads, c_quads};
import super::shared::parameters::params;
import super::shared::pick::pick;
import super::shared::row_sums::ROW_SUMS;
import super::in_fours::slices::{DEPTH, Slice, count_of_slices, next_slice, is_term, place_in_a};
import super::in_fours::store::store_four;
import super::shared::tile::tile_of;
import super::shared::window::WINDOW;
import super::in_fours::window_reach::{Reach, reach_of, seen_through_window};

const TILE_ROWS: u32 = 64u; // a multiple of 32
const TILE_COLUMNS: u32 = 128u; // a multiple of 64
const A_ALONG_TERMS: bool = true; // four terms of a row lie side by side in a, or else four rows of a term
const B_ALONG_TERMS: bool = false; // four terms of a column lie side by side in b, or else four columns of a term

const APART = WINDOW && !B_ALONG_TERMS; // the columns of a quad are apart

const THREADS = TILE_ROWS * TILE_COLUMNS / 64u;
const ROW_QUADS = TILE_ROWS / 4u;
const COLUMN_QUADS = TILE_COLUMNS / 4u;
const TERM_QUADS = DEPTH / 4u;
const A_QUADS = DEPTH * ROW_QUADS; // in a slice
const B_QUADS = DEPTH * COLUMN_QUADS;
const A_FETCHES = (A_QUADS + THREADS - 1u) / THREADS; // of these a thread fetches for a slice
const B_FETCHES = (B_QUADS + THREADS - 1u) / THREADS; // four at most

var<workgroup> a_slice: array<array<vec4f, ROW_QUADS + 1u>, DEPTH>; // [term][row quad]
var<workgroup> b_slice: array<array<vec4f, COLUMN_QUADS + 1u>, DEPTH>; // [term][column quad]

// A thread's quads of a in a slice that begins at `place`. Past the last row that one is read again, and never stored.
fn load_a(index: u32, first_row: u32, place: u32, slice: Slice) -> array<vec4f, A_FETCHES> {
  var quads: array<vec4f, A_FETCHES>;
  for (var i = 0u; i < A_FETCHES; i++) {
    let fetch = index + i * THREADS;
    if (A_ALONG_TERMS) {
      let row = min(first_row + fetch / TERM_QUADS, params.rows - 1u);
      let term = fetch % TERM_QUADS * 4u;
      if (is_term(slice, term)) {
        quads[i] = vec4f(a_quads[(place + row * params.a_row + term) / 4u]);
      }
    } else {
      let row = min(first_row + fetch % ROW_QUADS * 4u, params.rows - 4u);
      let term = fetch / ROW_QUADS;
      if (is_term(slice, term)) {
        quads[i] = vec4f(a_quads[(place + row + term * params.a_inner) / 4u]);
      }
    }
  }
  return quads;
}

fn put_a(index: u32, quads: array<vec4f, A_FETCHES>) {
  for (var i = 0u; i < A_FETCHES; i++) {
    let fetch = index + i * THREADS;
    if (A_QUADS % THREADS > 0u && fetch >= A_QUADS) {
      continue; // a loop with a constant number of rounds is unrolled
    }
    if (A_ALONG_TERMS) {
      let row = fetch / TERM_QUADS;
      let term = fetch % TERM_QUADS * 4u;
      a_slice[term][row / 4u][row % 4u] = quads[i].x;
      a_slice[term + 1u][row / 4u][row % 4u] = quads[i].y;
      a_slice[term + 2u][row / 4u][row % 4u] = quads[i].z;
      a_slice[term + 3u][row / 4u][row % 4u] = quads[i].w;
    } else {
      a_slice[fetch / ROW_QUADS][fetch % ROW_QUADS] = quads[i];
    }
  }
}

fn quad_of_columns(batch: u32, first_column: u32, quad: u32) -> Columns {
  if (APART) {
    return columns_of(batch, first_column + quad, COLUMN_QUADS);
  }
  return columns_of(batch, first_column + quad * 4u, 1u);
}

// The columns that a thread fetches: a quad; or single ones, of each of which it fetches a quad of terms.
fn fetched_columns(index: u32, batch: u32, first_column: u32) -> Columns {
  if (B_ALONG_TERMS) {
    return columns_of(batch, first_column + index / TERM_QUADS, THREADS / TERM_QUADS);
  }
  return quad_of_columns(batch, first_column, index % COLUMN_QUADS);
}

fn load_b(index: u32, columns: Columns, slice: Slice) -> array<vec4f, B_FETCHES> {
  var quads: array<vec4f, B_FETCHES>;
  for (var i = 0u; i < B_FETCHES; i++) {
    if (B_ALONG_TERMS) {
      let term = index % TERM_QUADS * 4u;
      if (is_term(slice, term)) {
        if (WINDOW) {
          let reach = reach_of(slice, term);
          for (var lane = 0u; lane < 4u; lane++) {
            quads[i][lane] = seen_through_window(columns, i, reach, i32(lane) * params.inner_x, lane * params.b_inner);
          }
        } else {
          quads[i] = vec4f(b_quads[(columns.b[i] + slice.outer * params.b_outer + slice.first + term) / 4u]);
        }
      }
    } else {
      let term = (index + i * THREADS) / COLUMN_QUADS;
      if (is_term(slice, term)) {
        if (WINDOW) {
          let reach = reach_of(slice, term);
          for (var column = 0u; column < 4u; column++) {
            quads[i][column] = seen_through_window(columns, column, reach, 0, 0u);
          }
        } else {
          let at = slice.outer * params.b_outer + (slice.first + term) * params.b_inner;
          quads[i] = vec4f(b_quads[(columns.b.x + at) / 4u]);
        }
      }
    }
  }
  return quads;
}

fn put_b(index: u32, quads: array<vec4f, B_FETCHES>) {
  for (var i = 0u; i < B_FETCHES; i++) {
    let fetch = index + i * THREADS;
    if (B_QUADS % THREADS > 0u && fetch >= B_QUADS) {
      continue;
    }
    if (B_ALONG_TERMS) {
      let column = fetch / TERM_QUADS;
      let term = fetch % TERM_QUADS * 4u;
      for (var lane = 0u; lane < 4u; lane++) {
        b_slice[term + lane][column / 4u][column % 4u] = quads[i][lane];
      }
    } else {
      b_slice[fetch / COLUMN_QUADS][fetch % COLUMN_QUADS] = quads[i];
    }
  }
}

@compute @workgroup_size(THREADS)
fn product(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let tile = tile_of(group);
  let first_row = tile.x * TILE_ROWS;
  let first_column = tile.y * TILE_COLUMNS;
  let columns = fetched_columns(index, tile.z, first_column);

  // What it computes: two quads of rows by two of columns.
  let wave = index / 32u;
  let row_quad = wave / (TILE_COLUMNS / 64u) * 8u + index % 32u / 8u;
  let column_quad = wave % (TILE_COLUMNS / 64u) * 16u + index % 8u;
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
  var shares: array<f32, A_FETCHES>; // what its quads of a add up to

  var slice = Slice();
  let slices = count_of_slices();
  var next_a: array<vec4f, A_FETCHES>;
  var next_b: array<vec4f, B_FETCHES>;
  for (var i = 0u; i <= slices; i++) {
    if (i < slices) {
      next_a = load_a(index, first_row, place_in_a(tile.z, slice), slice);
      next_b = load_b(index, columns, slice);
    }
    // While those are on their way, the slice before them, if there is one.
    if (i > 0u) {
      for (var term = 0u; term < DEPTH; term++) {
        let upper = a_slice[term][row_quad];
        let lower = a_slice[term][row_quad + 4u];
        let b_left = b_slice[term][column_quad];
        let b_right = b_slice[term][column_quad + 8u];
        left0 = fma(vec4f(upper.x), b_left, left0);
        right0 = fma(vec4f(upper.x), b_right, right0);
        left1 = fma(vec4f(upper.y), b_left, left1);
        right1 = fma(vec4f(upper.y), b_right, right1);
        left2 = fma(vec4f(upper.z), b_left, left2);
        right2 = fma(vec4f(upper.z), b_right, right2);
        left3 = fma(vec4f(upper.w), b_left, left3);
        right3 = fma(vec4f(upper.w), b_right, right3);
        left4 = fma(vec4f(lower.x), b_left, left4);
        right4 = fma(vec4f(lower.x), b_right, right4);
        left5 = fma(vec4f(lower.y), b_left, left5);
        right5 = fma(vec4f(lower.y), b_right, right5);
        left6 = fma(vec4f(lower.z), b_left, left6);
        right6 = fma(vec4f(lower.z), b_right, right6);
        left7 = fma(vec4f(lower.w), b_left, left7);
        right7 = fma(vec4f(lower.w), b_right, right7);
      }
    }
    workgroupBarrier();
    if (i < slices) {
      put_a(index, next_a);
      put_b(index, next_b);
      if (ROW_SUMS) {
        for (var j = 0u; j < A_FETCHES; j++) {
          shares[j] += dot(next_a[j], vec4f(1.0));
        }
      }
      slice = next_slice(slice);
    }
    workgroupBarrier();
  }

  let left_columns = quad_of_columns(tile.z, first_column, column_quad);
  let right_columns = quad_of_columns(tile.z, first_column, column_quad + 8u);
  for (var row = 0u; row < 8u; row++) {
    let at = first_row + row_quad * 4u + row % 4u + row / 4u * 16u;
    store_four(left_columns, at, pick(row, left0, left1, left2, left3, left4, left5, left6, left7), APART);
    store_four(right_columns, at, pick(row, right0, right1, right2, right3, right4, right5, right6, right7), APART);
  }

  // Whoever fetched terms of a row puts together what they have. Only products along terms ask for it.
  if (ROW_SUMS && tile.y == 0u) {
    for (var j = 0u; j < A_FETCHES; j++) {
      let fetch = min(index + j * THREADS, A_QUADS - 1u);
      a_slice[fetch % TERM_QUADS][fetch / TERM_QUADS / 4u][fetch / TERM_QUADS % 4u] = shares[j];
    }
    workgroupBarrier();
    if (index < TILE_ROWS && first_row + index < params.rows) {
      var total = 0.0;
      for (var term = 0u; term < TERM_QUADS; term++) {
        total += a_slice[term][index / 4u][index % 4u];
      }
      let at = params.row_sums_start + tile.z * params.rows + first_row + index;
      c_quads[at / 4u][at % 4u] = StoredC(total);
    }
  }
}
