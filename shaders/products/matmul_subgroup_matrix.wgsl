// Matrix product for hardware that multiplies matrices: operands in half precision, sums in single.
//
//   c = a b, as matmul_specification.wgsl says, but for the rounding of a and b
//
// The idea over matmul_register.wgsl: the 32 threads of a subgroup hold matrices of 16 x 16 elements together, and a tensor
// core adds the product of two of them to a third: 4,096 multiply-adds in one go. How elements are dealt to threads is the
// hardware's business: matrices come from workgroup memory and go back there as wholes.
//
// A subgroup holds the sums of two bands of 16 rows by four bands of 16 columns, and multiplies eight times for each six
// matrices that it loads. The bands of a tile are dealt to its subgroups like cards: subgroup row r has the bands of rows r
// and r + SUBGROUP_ROWS, subgroup column s the bands of columns s, s + SUBGROUP_COLUMNS, and so on. Sums take 64 of a thread's
// registers, so that with 128 two to four workgroups share a processor (estimated; how fast it came out is in
// src/kernels/products/ladder/ladder.ts).
//
// A slice is DEPTH terms of the summation, fetched as in matmul_register.wgsl (shared/quads_of_a.wgsl and
// shared/quads_of_b.wgsl): in quads of rows or columns that are A_QUADS or B_QUADS apart, the next slice before the present
// one is used. Numbers become halves on their way to workgroup memory, where a line is eight halves longer than needed: the
// eight lines that a load touches at once are in different banks.
//
// The sums leave through workgroup memory too, a block of 32 x 32 at a time: one matrix each of four subgroups. Four blocks
// side by side give each thread a quad of columns, to store with all that a layer does next (shared/store.wgsl).
//
// A half has 11 bits of precision, so each operand is off by up to 2^-10 of itself, below 2^-14 perhaps by all of it; a sum
// with one beyond 65504 is added up again without rounding (shared/again.wgsl); and tensor cores may cut sums off where other
// hardware rounds. A caller has to ask for it.
//
// Subgroups must have 32 threads. Workgroups: x along columns, y along rows, z along batches. Workgroup memory: up to 6 KiB
// of a, 4.5 KiB of b, 4.6 KiB of sums.

import super::shared::columns::columns_of;
import super::shared::parameters::params;
import super::shared::quads_of_a::{A_ALONG_TERMS, fetch_of, rows_of, load_a};
import super::shared::quads_of_b::{B_ALONG_TERMS, load_b};
import super::shared::row_sums::{ROW_SUMS, store_row_sum};
import super::shared::store::store;
import super::shared::terms::{Term, advance};
import super::shared::tile::tile_of;

enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

const SUBGROUP_ROWS: u32 = 4u; // 2 or 4
const SUBGROUP_COLUMNS = 2u;
const THREADS = 32u * SUBGROUP_ROWS * SUBGROUP_COLUMNS;
const TILE_ROWS = 32u * SUBGROUP_ROWS; // two bands each
const TILE_COLUMNS = 64u * SUBGROUP_COLUMNS; // four
const A_QUADS = TILE_ROWS / 4u;
const B_QUADS = TILE_COLUMNS / 4u;
const DEPTH = 16u; // terms of the summation a slice
const A_FETCHES = DEPTH * A_QUADS / THREADS; // quads of a that a thread fetches
const A_STEP = DEPTH / A_FETCHES; // terms between them
const B_FETCHES = DEPTH * B_QUADS / THREADS;
const B_STEP = DEPTH / B_FETCHES;

alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Sums = subgroup_matrix_result<f32, 16, 16>;

// A matrix can be moved only where 16 whole lines follow from its first element on: where several lie side by side, that takes
// one line more.
const A_LINE = DEPTH + 8u;
const B_LINE = TILE_COLUMNS + 8u;
const BLOCK = 32u; // rows and columns of a block of sums
const BLOCK_LINE = BLOCK + 4u;
var<workgroup> a_slice: array<f16, TILE_ROWS * A_LINE>; // [row][term]
var<workgroup> b_slice: array<f16, (DEPTH + 1u) * B_LINE>; // [term][column]
var<workgroup> block_of_sums: array<f32, (BLOCK + 1u) * BLOCK_LINE>; // [row][column]

fn write_a(term: u32, quad: u32, value: vec4f) {
  let at = (quad + A_QUADS * vec4u(0u, 1u, 2u, 3u)) * A_LINE + term;
  a_slice[at.x] = f16(value.x);
  a_slice[at.y] = f16(value.y);
  a_slice[at.z] = f16(value.z);
  a_slice[at.w] = f16(value.w);
}

fn write_b(term: u32, quad: u32, value: vec4f) {
  let at = term * B_LINE + quad + B_QUADS * vec4u(0u, 1u, 2u, 3u);
  b_slice[at.x] = f16(value.x);
  b_slice[at.y] = f16(value.y);
  b_slice[at.z] = f16(value.z);
  b_slice[at.w] = f16(value.w);
}

fn read_a(band: u32) -> Left {
  return subgroupMatrixLoad<Left, row_major>(&a_slice, 16u * band * A_LINE, A_LINE);
}

fn read_b(band: u32) -> Right {
  return subgroupMatrixLoad<Right, row_major>(&b_slice, 16u * band, B_LINE);
}

// Into the block of sums, at a band of its rows and one of its columns.
fn write_sums(row_band: u32, column_band: u32, matrix: Sums) {
  let at = 16u * (row_band * BLOCK_LINE + column_band);
  subgroupMatrixStore<row_major>(&block_of_sums, at, matrix, BLOCK_LINE);
}

@compute @workgroup_size(THREADS)
fn product(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  let tile = tile_of(group);
  let a_fetch = fetch_of(index, THREADS, A_QUADS, A_ALONG_TERMS);
  let b_fetch = fetch_of(index, THREADS, B_QUADS, B_ALONG_TERMS);
  let first_row = tile.y * TILE_ROWS;
  let first_column = tile.x * TILE_COLUMNS;
  let a_rows = rows_of(tile.z, first_row + a_fetch.quad, A_QUADS);
  let b_columns = columns_of(tile.z, first_column + b_fetch.quad, B_QUADS);
  var a_term = advance(Term(), a_fetch.term);
  var b_term = advance(Term(), b_fetch.term);

  // What its subgroup computes: an upper and a lower band of rows, by four bands of columns.
  let row = subgroup / SUBGROUP_COLUMNS;
  let column = subgroup % SUBGROUP_COLUMNS;
  var upper0: Sums;
  var upper1: Sums;
  var upper2: Sums;
  var upper3: Sums;
  var lower0: Sums;
  var lower1: Sums;
  var lower2: Sums;
  var lower3: Sums;
  var share = vec4f(); // what the thread's quads of a add up to

  let terms = params.outer * params.middle * params.inner;
  let slices = (terms + DEPTH - 1u) / DEPTH;
  for (var slice = 0u; slice <= slices; slice++) {
    var next_a: array<vec4f, A_FETCHES>;
    for (var i = 0u; i < A_FETCHES; i++) {
      next_a[i] = load_a(a_rows, a_term);
      if (ROW_SUMS) {
        share += next_a[i];
      }
      a_term = advance(a_term, A_STEP);
    }
    var next_b: array<vec4f, B_FETCHES>;
    for (var i = 0u; i < B_FETCHES; i++) {
      next_b[i] = load_b(b_columns, b_term);
      b_term = advance(b_term, B_STEP);
    }

    // While those are on their way, the slice before them, if there is one.
    if (slice > 0u) {
      let upper = read_a(row);
      let lower = read_a(row + SUBGROUP_ROWS);
      let b0 = read_b(column);
      upper0 = subgroupMatrixMultiplyAccumulate(upper, b0, upper0);
      lower0 = subgroupMatrixMultiplyAccumulate(lower, b0, lower0);
      let b1 = read_b(column + SUBGROUP_COLUMNS);
      upper1 = subgroupMatrixMultiplyAccumulate(upper, b1, upper1);
      lower1 = subgroupMatrixMultiplyAccumulate(lower, b1, lower1);
      let b2 = read_b(column + 2u * SUBGROUP_COLUMNS);
      upper2 = subgroupMatrixMultiplyAccumulate(upper, b2, upper2);
      lower2 = subgroupMatrixMultiplyAccumulate(lower, b2, lower2);
      let b3 = read_b(column + 3u * SUBGROUP_COLUMNS);
      upper3 = subgroupMatrixMultiplyAccumulate(upper, b3, upper3);
      lower3 = subgroupMatrixMultiplyAccumulate(lower, b3, lower3);
    }
    workgroupBarrier();

    for (var i = 0u; i < A_FETCHES; i++) {
      write_a(a_fetch.term + i * A_STEP, a_fetch.quad, next_a[i]);
    }
    for (var i = 0u; i < B_FETCHES; i++) {
      write_b(b_fetch.term + i * B_STEP, b_fetch.quad, next_b[i]);
    }
    workgroupBarrier();
  }

  // Blocks of rows from the top of the tile down: first those of the upper bands, each from two rows of subgroups.
  let last_row = min(first_row + TILE_ROWS, params.rows);
  let columns = columns_of(tile.z, first_column + index % BLOCK, B_QUADS);
  for (var top = first_row; top < last_row; top += BLOCK) {
    let block = (top - first_row) / BLOCK;
    var quads: array<vec4f, BLOCK * BLOCK / THREADS>;
    for (var quarter = 0u; quarter < 4u; quarter++) {
      if (row / 2u == block % (SUBGROUP_ROWS / 2u)) {
        var matrix: Sums;
        switch (block / (SUBGROUP_ROWS / 2u) * 4u + quarter) {
          case 0u: { matrix = upper0; }
          case 1u: { matrix = upper1; }
          case 2u: { matrix = upper2; }
          case 3u: { matrix = upper3; }
          case 4u: { matrix = lower0; }
          case 5u: { matrix = lower1; }
          case 6u: { matrix = lower2; }
          default: { matrix = lower3; }
        }
        write_sums(row % 2u, column, matrix);
      }
      workgroupBarrier();
      for (var i = 0u; i < BLOCK * BLOCK / THREADS; i++) {
        quads[i][quarter] = block_of_sums[(index + i * THREADS) / BLOCK * BLOCK_LINE + index % BLOCK];
      }
      workgroupBarrier();
    }
    var i = 0u;
    for (var at = top + index / BLOCK; at < min(top + BLOCK, last_row); at += THREADS / BLOCK) {
      store(columns, at, quads[i]);
      i++;
    }
  }

  if (ROW_SUMS && tile.x == 0u) {
    for (var i = 0u; i < 4u; i++) {
      block_of_sums[a_fetch.term * TILE_ROWS + a_fetch.quad + i * A_QUADS] = share[i];
    }
    workgroupBarrier();
    var total = 0.0;
    for (var term = 0u; term < A_STEP; term++) {
      total += block_of_sums[term * TILE_ROWS + index % TILE_ROWS];
    }
    if (first_row + index < last_row) {
      store_row_sum(tile.z, first_row + index, total);
    }
  }
}
