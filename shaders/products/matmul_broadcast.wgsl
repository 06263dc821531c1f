// Matrix product for software drivers: one subgroup computes a tile of ROWS rows x (4 * LANES) columns, without barriers.
//
//   c = a b, as matmul_specification.wgsl says
//
// On a CPU that plays GPU a load costs as much as thirty multiply-adds, wherever it goes, and workgroup memory is no
// cheaper, while handing a register from one lane to all others is free. So each lane loads some rows' elements of a and its
// own four columns' of b, and `subgroupBroadcast` spreads the rows: with 16 lanes, 2 + 4 loads for 32 x 4 multiply-adds. Two
// terms of the sum are added before a sum is put back, because a variable that lives across a loop's turns is kept in memory,
// under a mask. How a subgroup keeps the sums, and stores them, is in shared/subgroup_tile.wgsl.
//
// One workgroup is one subgroup of LANES lanes (8 or more). Workgroups: x along columns, y along rows, z along batches.

import super::shared::columns::{Columns, columns_of};
import super::shared::operands::{a, b};
import super::shared::parameters::params;
import super::shared::row_sums::{ROW_SUMS, store_row_sum};
import super::shared::subgroup_tile::{LANES, ROWS, Sixteen, rows_of, store_tile};
import super::shared::tile::tile_of;
import super::shared::window::{WINDOW, inside_image};

enable subgroups;

// Two terms of the sum for sixteen rows: of a lane's row, and of the one 8 below.
struct Pair {
  low: vec2f,
  high: vec2f,
}

fn load_pair(rows: vec2u, term: u32, next: u32, both: bool) -> Pair {
  var pair = Pair(vec2f(f32(a[rows.x + term]), f32(a[rows.x + next])), vec2f());
  if (LANES < 16u) {
    pair.high = vec2f(f32(a[rows.y + term]), f32(a[rows.y + next]));
  } else {
    pair.high = pair.low;
  }
  if (!both) {
    pair.low.y = 0.0;
    pair.high.y = 0.0;
  }
  return pair;
}

fn load_b(columns: vec4u, y: vec4i, x: vec4i) -> vec4f {
  var at = columns;
  if (WINDOW) {
    at += vec4u(y) * params.width + vec4u(x);
  }
  let terms = vec4f(f32(b[at.x]), f32(b[at.y]), f32(b[at.z]), f32(b[at.w]));
  if (!WINDOW) {
    return terms;
  }
  return select(vec4f(), terms, inside_image(y, x));
}

// Add two terms to a row's four sums.
fn add(sums: vec4f, a: vec2f, b0: vec4f, b1: vec4f) -> vec4f {
  return fma(vec4f(a.y), b1, fma(vec4f(a.x), b0, sums));
}

// Add two terms to the sums of sixteen rows, which the lanes carry.
fn accumulate(sums: ptr<function, Sixteen>, a: Pair, b0: vec4f, b1: vec4f) {
  (*sums).r0 = add((*sums).r0, subgroupBroadcast(a.low, 0u), b0, b1);
  (*sums).r1 = add((*sums).r1, subgroupBroadcast(a.low, 1u), b0, b1);
  (*sums).r2 = add((*sums).r2, subgroupBroadcast(a.low, 2u), b0, b1);
  (*sums).r3 = add((*sums).r3, subgroupBroadcast(a.low, 3u), b0, b1);
  (*sums).r4 = add((*sums).r4, subgroupBroadcast(a.low, 4u), b0, b1);
  (*sums).r5 = add((*sums).r5, subgroupBroadcast(a.low, 5u), b0, b1);
  (*sums).r6 = add((*sums).r6, subgroupBroadcast(a.low, 6u), b0, b1);
  (*sums).r7 = add((*sums).r7, subgroupBroadcast(a.low, 7u), b0, b1);
  (*sums).r8 = add((*sums).r8, subgroupBroadcast(a.high, 8u % LANES), b0, b1);
  (*sums).r9 = add((*sums).r9, subgroupBroadcast(a.high, 9u % LANES), b0, b1);
  (*sums).r10 = add((*sums).r10, subgroupBroadcast(a.high, 10u % LANES), b0, b1);
  (*sums).r11 = add((*sums).r11, subgroupBroadcast(a.high, 11u % LANES), b0, b1);
  (*sums).r12 = add((*sums).r12, subgroupBroadcast(a.high, 12u % LANES), b0, b1);
  (*sums).r13 = add((*sums).r13, subgroupBroadcast(a.high, 13u % LANES), b0, b1);
  (*sums).r14 = add((*sums).r14, subgroupBroadcast(a.high, 14u % LANES), b0, b1);
  (*sums).r15 = add((*sums).r15, subgroupBroadcast(a.high, 15u % LANES), b0, b1);
}

fn both_terms(pair: Pair) -> vec2f {
  return vec2f(pair.low.x + pair.low.y, pair.high.x + pair.high.y);
}

fn store_row_sums(batch: u32, row: u32, end: u32, of_rows: vec2f) {
  if (row < end) {
    store_row_sum(batch, row, of_rows.x);
  }
  if (LANES < 16u && row + 8u < end) {
    store_row_sum(batch, row + 8u, of_rows.y);
  }
}

@compute @workgroup_size(LANES)
fn product(
  @builtin(workgroup_id) group: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let tile = tile_of(group);
  let first_row = tile.y * ROWS;
  let rows0 = rows_of(tile.z, first_row, lane);
  let rows16 = rows_of(tile.z, first_row + 16u, lane);
  let rows32 = rows_of(tile.z, first_row + 32u, lane);
  let rows48 = rows_of(tile.z, first_row + 48u, lane);
  let columns = columns_of(tile.z, tile.x * 4u * LANES + lane, LANES);
  var sums0 = Sixteen();
  var sums16 = Sixteen();
  var sums32 = Sixteen();
  var sums48 = Sixteen();
  // What a lane loads of a, added up: of each sixteen, its row and the one 8 below.
  var a_sums0 = vec2f();
  var a_sums16 = vec2f();
  var a_sums32 = vec2f();
  var a_sums48 = vec2f();

  for (var outer = 0u; outer < params.outer; outer++) {
    var line = 0; // of the window, where middle is in it
    var place = 0;
    for (var middle = 0u; middle < params.middle; middle++) {
      var i = outer * params.a_outer + middle * params.a_middle;
      var j = columns.b + outer * params.b_outer;
      let y = columns.y + line * params.middle_y;
      var x = columns.x + place * params.middle_x;
      for (var inner = 0u; inner < params.inner; inner += 2u) {
        // An odd one out is followed by zeros. Those of b are enough, but for what is not a number.
        let pair = inner + 1u < params.inner;
        let next = i + params.a_inner;
        let b0 = load_b(j, y, x);
        let b1 = select(vec4f(), load_b(j + params.b_inner, y, x + params.inner_x), pair);
        // All loads come before the sums change.
        let pair0 = load_pair(rows0, i, next, pair);
        var pair16 = pair0;
        var pair32 = pair0;
        var pair48 = pair0;
        if (ROWS > 16u) {
          pair16 = load_pair(rows16, i, next, pair);
        }
        if (ROWS > 32u) {
          pair32 = load_pair(rows32, i, next, pair);
        }
        if (ROWS > 48u) {
          pair48 = load_pair(rows48, i, next, pair);
        }
        accumulate(&sums0, pair0, b0, b1);
        if (ROWS > 16u) {
          accumulate(&sums16, pair16, b0, b1);
        }
        if (ROWS > 32u) {
          accumulate(&sums32, pair32, b0, b1);
        }
        if (ROWS > 48u) {
          accumulate(&sums48, pair48, b0, b1);
        }
        if (ROW_SUMS) {
          a_sums0 += both_terms(pair0);
          a_sums16 += both_terms(pair16);
          a_sums32 += both_terms(pair32);
          a_sums48 += both_terms(pair48);
        }
        i += 2u * params.a_inner;
        j += 2u * params.b_inner;
        x += 2 * params.inner_x;
      }
      place++;
      if (place == i32(params.middle_width)) {
        place = 0;
        line++;
      }
    }
  }

  store_tile(&sums0, &sums16, &sums32, &sums48, columns, first_row);
  if (ROW_SUMS && tile.x == 0u && lane < 16u) {
    let end = min(first_row + ROWS, params.rows);
    store_row_sums(tile.z, first_row + lane, end, a_sums0);
    if (ROWS > 16u) {
      store_row_sums(tile.z, first_row + 16u + lane, end, a_sums16);
    }
    if (ROWS > 32u) {
      store_row_sums(tile.z, first_row + 32u + lane, end, a_sums32);
    }
    if (ROWS > 48u) {
      store_row_sums(tile.z, first_row + 48u + lane, end, a_sums48);
    }
  }
}
