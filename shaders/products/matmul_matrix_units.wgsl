// Matrix product for hardware that multiplies matrices: operands in half precision, sums in single.
//
//   c = a b, as matmul_specification.wgsl says
//
// The idea over matmul_vectorised.wgsl: the threads of a subgroup hold matrices of EDGE x EDGE elements together, and a unit of the
// hardware adds the product of two of them to a third: with 16, 4,096 multiply-adds in one go. How elements are dealt to threads is the
// hardware's business: matrices come from workgroup memory and go back there as wholes (in_fours/matrix_units.wgsl).
//
// A subgroup holds the sums of 4 x 4 matrices, and multiplies sixteen times for each eight matrices that it loads. A slice is STEPS
// matrices deep. Numbers are fetched as in matmul_vectorised.wgsl, but eight at a time, and become halves on their way to workgroup memory,
// where eight halves are stored as one: along terms or along rows and columns, whichever way they lie; a matrix may be loaded from
// either. Through a window the eight columns of a thread are an eighth of the tile apart.
//
// With SPLIT a number is the sum of two halves, and three products of halves make one that is nearly as good as in single precision
// (the fourth is too small to matter): the first 22 bits of each operand count. Without, a half has 11 bits, so each operand is off
// by up to 2^-10 of itself, below 2^-14 perhaps by all of it. A sum with an operand beyond 65504 is added up again without rounding
// (in_fours/again.wgsl). And matrix units may cut sums off where other hardware rounds. A caller has to ask for it.
//
// Workgroups: x along rows, y along columns, z along batches. Subgroups have LANES threads. Workgroup memory: 768 bytes a panel, 2.25
// KiB of sums a subgroup, or 1.25 where they are stored one at a time. How fast it came out is in src/kernels/products/ladder/ladder.ts.

import super::shared::columns::{Columns, columns_of};
import super::in_fours::eights_of_a::{A_FETCHES, Eight, TERMS, TERM_EIGHTS, TILE_ROWS, load_a, place_in_panel, put_a};
import super::in_fours::halves::{halves_of, rest_of, rounded_halves_of};
import super::in_fours::matrix_units::{
  EDGE, LANES, THREADS, BANDS_OF_COLUMNS, STEPS, SPLIT, ABREAST, LINE, B_TURNED, Sums, a_panels, b_panels, b_rests, left_matrix,
  left_rest, right_matrix, right_rest, add_product
};
import super::shared::operands::StoredC;
import super::in_fours::operands::{b_quads, c_quads};
import super::shared::parameters::params;
import super::shared::row_sums::ROW_SUMS;
import super::in_fours::sixteen_sums::{PARTS, four_sums, put_part};
import super::in_fours::slices::{Slice, count_of_slices, next_slice, is_term, place_in_a};
import super::in_fours::store::store_four;
import super::shared::tile::tile_of;
import super::shared::window::WINDOW;
import super::in_fours::window_reach::{Reach, reach_of, seen_through_window};

const TILE_COLUMNS = EDGE * BANDS_OF_COLUMNS;
const APART = WINDOW && !B_TURNED; // the columns that are fetched together are an eighth of the tile apart
const COLUMN_EIGHTS = TILE_COLUMNS / 8u;
const B_EIGHTS = TERMS * COLUMN_EIGHTS;
const B_FETCHES = (B_EIGHTS + THREADS - 1u) / THREADS; // eights of b that a thread fetches for each slice, eight at most

// Four of the columns that are fetched together, the first four or the others.
fn four_columns(batch: u32, first_column: u32, eight: u32, others: u32) -> Columns {
  if (APART) {
    return columns_of(batch, first_column + eight + others * 4u * COLUMN_EIGHTS, COLUMN_EIGHTS);
  }
  return columns_of(batch, first_column + eight * 8u + others * 4u, 1u);
}

// Eight of the columns of b that a thread fetches, four by four: those that it fetches together, or of each of which it fetches terms.
struct FetchedColumns {
  near: Columns,
  far: Columns,
}

fn fetched_columns(index: u32, batch: u32, first_column: u32) -> FetchedColumns {
  if (B_TURNED) {
    let first = first_column + index / TERM_EIGHTS;
    let apart = THREADS / TERM_EIGHTS;
    return FetchedColumns(columns_of(batch, first, apart), columns_of(batch, first + 4u * apart, apart));
  }
  let eight = index % COLUMN_EIGHTS;
  return FetchedColumns(four_columns(batch, first_column, eight, 0u), four_columns(batch, first_column, eight, 1u));
}

fn four_columns_seen(columns: Columns, reach: Reach) -> vec4f {
  return vec4f(
    seen_through_window(columns, 0u, reach, 0, 0u),
    seen_through_window(columns, 1u, reach, 0, 0u),
    seen_through_window(columns, 2u, reach, 0, 0u),
    seen_through_window(columns, 3u, reach, 0, 0u),
  );
}

fn four_terms_seen(columns: Columns, column: u32, slice: Slice, term: u32) -> vec4f {
  var seen: vec4f;
  if (is_term(slice, term)) {
    let reach = reach_of(slice, term);
    for (var i = 0u; i < 4u; i++) {
      seen[i] = seen_through_window(columns, column, reach, i32(i) * params.inner_x, i * params.b_inner);
    }
  }
  return seen;
}

// Eight terms of a column.
fn load_terms(columns: Columns, column: u32, slice: Slice, term: u32) -> Eight {
  if (WINDOW) {
    return Eight(four_terms_seen(columns, column, slice, term), four_terms_seen(columns, column, slice, term + 4u));
  }
  let at = (columns.b[column] + slice.outer * params.b_outer + slice.first + term) / 4u;
  var eight: Eight;
  if (is_term(slice, term)) {
    eight.first = vec4f(b_quads[at]);
  }
  if (is_term(slice, term + 4u)) {
    eight.second = vec4f(b_quads[at + 1u]);
  }
  return eight;
}

fn load_b(index: u32, columns: FetchedColumns, slice: Slice) -> array<Eight, B_FETCHES> {
  var eights: array<Eight, B_FETCHES>;
  for (var i = 0u; i < B_FETCHES; i++) {
    if (B_EIGHTS % THREADS > 0u && index + i * THREADS >= B_EIGHTS) {
      continue; // a loop with a constant number of rounds is unrolled
    }
    if (B_TURNED) {
      let term = index % TERM_EIGHTS * 8u;
      if (i < 4u) {
        eights[i] = load_terms(columns.near, i, slice, term);
      } else {
        eights[i] = load_terms(columns.far, i - 4u, slice, term);
      }
    } else {
      let term = (index + i * THREADS) / COLUMN_EIGHTS;
      if (is_term(slice, term)) {
        if (WINDOW) {
          let reach = reach_of(slice, term);
          eights[i] = Eight(four_columns_seen(columns.near, reach), four_columns_seen(columns.far, reach));
        } else {
          let at = slice.outer * params.b_outer + (slice.first + term) * params.b_inner;
          eights[i].first = vec4f(b_quads[(columns.near.b.x + at) / 4u]);
          eights[i].second = vec4f(b_quads[(columns.far.b.x + at) / 4u]);
        }
      }
    }
  }
  return eights;
}

fn put_b(index: u32, eights: array<Eight, B_FETCHES>) {
  for (var i = 0u; i < B_FETCHES; i++) {
    let fetch = index + i * THREADS;
    if (B_EIGHTS % THREADS > 0u && fetch >= B_EIGHTS) {
      continue;
    }
    var column = fetch % COLUMN_EIGHTS * 8u;
    var term = fetch / COLUMN_EIGHTS;
    var at = place_in_panel(term, column / 8u);
    if (B_TURNED) {
      column = fetch / TERM_EIGHTS;
      term = fetch % TERM_EIGHTS * 8u;
      at = place_in_panel(column, term / 8u);
    }
    if (SPLIT) {
      b_panels[column / EDGE][term / EDGE][at] = rounded_halves_of(eights[i].first, eights[i].second);
      b_rests[column / EDGE][term / EDGE][at] = rest_of(eights[i].first, eights[i].second);
    } else {
      b_panels[column / EDGE][term / EDGE][at] = halves_of(eights[i].first, eights[i].second);
    }
  }
}

@compute @workgroup_size(THREADS)
fn product(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  let tile = tile_of(group);
  let first_row = tile.x * TILE_ROWS;
  let first_column = tile.y * TILE_COLUMNS;
  let columns = fetched_columns(index, tile.z, first_column);
  // What its subgroup computes: four bands of rows by four of columns.
  let row_band = subgroup / (BANDS_OF_COLUMNS / 4u) * 4u;
  let column_band = subgroup % (BANDS_OF_COLUMNS / 4u) * 4u;
  var s00: Sums;
  var s01: Sums;
  var s02: Sums;
  var s03: Sums;
  var s10: Sums;
  var s11: Sums;
  var s12: Sums;
  var s13: Sums;
  var s20: Sums;
  var s21: Sums;
  var s22: Sums;
  var s23: Sums;
  var s30: Sums;
  var s31: Sums;
  var s32: Sums;
  var s33: Sums;
  var shares: array<f32, A_FETCHES>; // what its eights of a add up to

  var slice = Slice();
  let slices = count_of_slices();
  var next_a: array<Eight, A_FETCHES>;
  var next_b: array<Eight, B_FETCHES>;
  for (var i = 0u; i <= slices; i++) {
    if (i < slices) {
      next_a = load_a(index, first_row, place_in_a(tile.z, slice), slice);
      next_b = load_b(index, columns, slice);
    }
    // While those are on their way, the slice before them, if there is one.
    if (i > 0u) {
      for (var step = 0u; step < STEPS; step++) {
        let a0 = left_matrix(row_band, step);
        let a1 = left_matrix(row_band + 1u, step);
        let a2 = left_matrix(row_band + 2u, step);
        let a3 = left_matrix(row_band + 3u, step);
        let b0 = right_matrix(column_band, step);
        s00 = add_product(a0, b0, s00);
        s10 = add_product(a1, b0, s10);
        s20 = add_product(a2, b0, s20);
        s30 = add_product(a3, b0, s30);
        let b1 = right_matrix(column_band + 1u, step);
        s01 = add_product(a0, b1, s01);
        s11 = add_product(a1, b1, s11);
        s21 = add_product(a2, b1, s21);
        s31 = add_product(a3, b1, s31);
        let b2 = right_matrix(column_band + 2u, step);
        s02 = add_product(a0, b2, s02);
        s12 = add_product(a1, b2, s12);
        s22 = add_product(a2, b2, s22);
        s32 = add_product(a3, b2, s32);
        let b3 = right_matrix(column_band + 3u, step);
        s03 = add_product(a0, b3, s03);
        s13 = add_product(a1, b3, s13);
        s23 = add_product(a2, b3, s23);
        s33 = add_product(a3, b3, s33);
        if (SPLIT) {
          let r0 = left_rest(row_band, step);
          let r1 = left_rest(row_band + 1u, step);
          let r2 = left_rest(row_band + 2u, step);
          let r3 = left_rest(row_band + 3u, step);
          let q0 = right_rest(column_band, step);
          s00 = add_product(r0, b0, s00);
          s00 = add_product(a0, q0, s00);
          s10 = add_product(r1, b0, s10);
          s10 = add_product(a1, q0, s10);
          s20 = add_product(r2, b0, s20);
          s20 = add_product(a2, q0, s20);
          s30 = add_product(r3, b0, s30);
          s30 = add_product(a3, q0, s30);
          let q1 = right_rest(column_band + 1u, step);
          s01 = add_product(r0, b1, s01);
          s01 = add_product(a0, q1, s01);
          s11 = add_product(r1, b1, s11);
          s11 = add_product(a1, q1, s11);
          s21 = add_product(r2, b1, s21);
          s21 = add_product(a2, q1, s21);
          s31 = add_product(r3, b1, s31);
          s31 = add_product(a3, q1, s31);
          let q2 = right_rest(column_band + 2u, step);
          s02 = add_product(r0, b2, s02);
          s02 = add_product(a0, q2, s02);
          s12 = add_product(r1, b2, s12);
          s12 = add_product(a1, q2, s12);
          s22 = add_product(r2, b2, s22);
          s22 = add_product(a2, q2, s22);
          s32 = add_product(r3, b2, s32);
          s32 = add_product(a3, q2, s32);
          let q3 = right_rest(column_band + 3u, step);
          s03 = add_product(r0, b3, s03);
          s03 = add_product(a0, q3, s03);
          s13 = add_product(r1, b3, s13);
          s13 = add_product(a1, q3, s13);
          s23 = add_product(r2, b3, s23);
          s23 = add_product(a2, q3, s23);
          s33 = add_product(r3, b3, s33);
          s33 = add_product(a3, q3, s33);
        }
      }
    }
    workgroupBarrier();
    if (i < slices) {
      put_a(index, next_a);
      put_b(index, next_b);
      if (ROW_SUMS) {
        for (var j = 0u; j < A_FETCHES; j++) {
          shares[j] += dot(next_a[j].first + next_a[j].second, vec4f(1.0));
        }
      }
      slice = next_slice(slice);
    }
    workgroupBarrier();
  }

  // Two matrices at a time go through workgroup memory, or one; a thread stores quads of them.
  let lane = index % LANES;
  for (var part = 0u; part < PARTS; part++) {
    let first = part * ABREAST;
    put_part(
      part, subgroup, s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33,
    );
    workgroupBarrier();
    for (var quad = lane; quad < ABREAST * EDGE * EDGE / 4u; quad += LANES) {
      let row = quad / (ABREAST * EDGE / 4u);
      let column = quad % (ABREAST * EDGE / 4u) * 4u;
      let eight = (column_band + first % 4u) * (EDGE / 8u) + column / 8u;
      let columns = four_columns(tile.z, first_column, eight, column / 4u % 2u);
      let sums = four_sums(subgroup, row, column, 1u);
      store_four(columns, first_row + (row_band + first / 4u) * EDGE + row, sums, APART);
    }
    workgroupBarrier();
  }

  // Whoever fetched terms of a row puts together what they have. Only products along terms ask for it.
  if (ROW_SUMS && tile.y == 0u) {
    for (var j = 0u; j < A_FETCHES; j++) {
      let fetch = index + j * THREADS;
      let line = fetch / TERM_EIGHTS;
      a_panels[line / EDGE][0][line % EDGE * LINE][fetch % TERM_EIGHTS] = bitcast<u32>(shares[j]);
    }
    workgroupBarrier();
    for (var line = index; line < TILE_ROWS; line += THREADS) {
      var total = 0.0;
      for (var term = 0u; term < TERM_EIGHTS; term++) {
        total += bitcast<f32>(a_panels[line / EDGE][0][line % EDGE * LINE][term]);
      }
      if (first_row + line < params.rows) {
        let at = params.row_sums_start + tile.z * params.rows + first_row + line;
        c_quads[at / 4u][at % 4u] = StoredC(total);
      }
    }
  }
}
