// Matrix product for hardware: a workgroup of 16 x 16 threads computes a tile of 64 x 64 through workgroup memory.
//
//   c = a b, as matmul_specification.wgsl says
//
// The idea over matmul_specification.wgsl: threads of a workgroup need the same rows of a and columns of b, so they share them.
// Along the summation, in slices of DEPTH: the threads load a 64 x DEPTH slice of a and a DEPTH x 64 slice of b once,
// wait, and then each thread updates its own 4 x 4 sums from workgroup memory: 8 loads for 16 multiply-adds, and each
// number from storage serves 64 threads. A thread's rows and columns are 16 apart, so that neighbouring threads read
// neighbouring words (no bank conflicts) and store contiguous columns. Past the edges the slices are filled with zeros.
//
// The three levels of the summation are walked as one axis of terms (shared/terms.wgsl), so short inner blocks fill slices too.
// A thread fetches one term of a slice of a, and one column of b: what takes divisions is found once, or once in a block. Its
// sums are stored four columns at a time, as in the rungs above (shared/columns.wgsl, shared/store.wgsl).
//
// Workgroups: x along columns, y along rows, z along batches. Workgroup memory: 2 * 64 * DEPTH floats = 4 KiB.

import super::shared::columns::columns_of;
import super::shared::operands::a;
import super::shared::parameters::params;
import super::shared::row_sums::{ROW_SUMS, store_row_sum};
import super::shared::store::store;
import super::shared::terms::{Term, advance};
import super::shared::tile::tile_of;
import super::shared::window::element_of_b;

const TILE: u32 = 64u; // rows and columns of c a workgroup
const DEPTH: u32 = 8u; // terms of the summation a slice
const SIDE: u32 = 16u; // threads along each side of the workgroup

var<workgroup> a_slice: array<f32, DEPTH * TILE>; // [depth][row]
var<workgroup> b_slice: array<f32, DEPTH * TILE>; // [depth][column]

// Past the end of the summation there are zeros on both sides.
fn load_a(batch: u32, row: u32, term: Term) -> f32 {
  if (row >= params.rows || term.outer >= params.outer) {
    return 0.0;
  }
  return f32(a[params.a_start + batch * params.a_batch + row * params.a_row
    + term.outer * params.a_outer + term.middle * params.a_middle + term.inner * params.a_inner]);
}

// Where a column starts in b, and in its images if they are read through a window.
struct Column {
  b: u32,
  y: i32,
  x: i32,
}

fn column_of(batch: u32, unclamped: u32) -> Column {
  let index = min(unclamped, params.columns - 1u); // past the edge the last one again, never stored
  let within = index % params.group;
  return Column(
    params.b_start + batch * params.b_batch + (index / params.group) * params.b_group + within * params.b_column,
    params.origin_y + i32(within / params.column_width) * params.column_y,
    params.origin_x + i32(within % params.column_width) * params.column_x,
  );
}

fn load_b(column: Column, term: Term) -> f32 {
  if (term.outer >= params.outer) {
    return 0.0;
  }
  let at = column.b + term.outer * params.b_outer + term.inner * params.b_inner;
  let y = column.y + i32(term.line) * params.middle_y;
  let x = column.x + i32(term.place) * params.middle_x + i32(term.inner) * params.inner_x;
  return element_of_b(at, y, x);
}

@compute @workgroup_size(SIDE, SIDE)
fn product(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let tile = tile_of(group);
  let first_row = tile.y * TILE;
  let first_column = tile.x * TILE;

  // a: neighbouring threads fetch neighbouring terms, which are neighbours in memory unless a is transposed.
  let a_depth = index % DEPTH;
  var a_term = advance(Term(), a_depth);
  // b: neighbouring threads fetch neighbouring columns.
  let b_depth = index / TILE;
  let b_column = column_of(tile.z, first_column + index % TILE);
  var b_term = advance(Term(), b_depth);

  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  var a_sums = vec4f(); // of the thread's four rows

  let terms = params.outer * params.middle * params.inner;
  for (var first_term = 0u; first_term < terms; first_term += DEPTH) {
    for (var row = index / DEPTH; row < TILE; row += SIDE * SIDE / DEPTH) {
      a_slice[a_depth * TILE + row] = load_a(tile.z, first_row + row, a_term);
    }
    a_term = advance(a_term, DEPTH);
    for (var depth = b_depth; depth < DEPTH; depth += SIDE * SIDE / TILE) {
      b_slice[depth * TILE + index % TILE] = load_b(b_column, b_term);
      b_term = advance(b_term, SIDE * SIDE / TILE);
    }
    workgroupBarrier();
    for (var d = 0u; d < DEPTH; d++) {
      let row = d * TILE + thread.y;
      let column = d * TILE + thread.x;
      let b4 = vec4f(
        b_slice[column],
        b_slice[column + SIDE],
        b_slice[column + 2u * SIDE],
        b_slice[column + 3u * SIDE],
      );
      let a4 = vec4f(a_slice[row], a_slice[row + SIDE], a_slice[row + 2u * SIDE], a_slice[row + 3u * SIDE]);
      s0 = fma(vec4f(a4.x), b4, s0);
      s1 = fma(vec4f(a4.y), b4, s1);
      s2 = fma(vec4f(a4.z), b4, s2);
      s3 = fma(vec4f(a4.w), b4, s3);
      if (ROW_SUMS) {
        a_sums += a4;
      }
    }
    workgroupBarrier();
  }

  let columns = columns_of(tile.z, first_column + thread.x, SIDE);
  // In a loop, since what is written once is compiled once.
  let last_row = min(first_row + TILE, params.rows);
  var of_row = s0;
  for (var row = first_row + thread.y; row < last_row; row += SIDE) {
    store(columns, row, of_row);
    of_row = select(s1, select(s2, s3, row >= first_row + 2u * SIDE), row >= first_row + SIDE);
    if (ROW_SUMS && tile.x == 0u && thread.x == 0u) {
      store_row_sum(tile.z, row, a_sums.x);
      a_sums = a_sums.yzwx;
    }
  }
}
