// Convolution for software drivers: matmul_broadcast.wgsl for a product that reads b through a window, with stacked columns.
//
//   c = a b, as matmul_specification.wgsl with WINDOW, which is the specification
//
// Loads are what a CPU that plays GPU is slow at. Here a lane's four columns lie one above the other in an image, so that
// through TAPS rows of a window they see no more than TAPS + 3 rows of the image between them: for 5 rows 8 loads of b in
// place of 20. One step along the sum adds a whole column of the window, TAPS multiply-adds, to each sum.
//
// How a subgroup keeps the sums, and stores them, is in shared/subgroup_tile.wgsl.
//
// For windows that move and reach by single rows (column_y = middle_y = 1), over results whose rows come in fours.
//
// One workgroup is one subgroup of LANES lanes (8 or more). Workgroups: x along columns, y along rows, z along batches.

import super::shared::columns::Columns;
import super::shared::operands::{a, b};
import super::shared::parameters::params;
import super::shared::subgroup_tile::{LANES, ROWS, Sixteen, rows_of, store_tile};
import super::shared::tile::tile_of;

enable subgroups;

const TAPS: u32 = 5u; // rows of the window: 3 or 5

// The four columns of a lane, one above the other: they begin at a row that is a multiple of four. Past the edge the last stack is
// computed again, and never stored.
fn stack_of(batch: u32, stack: u32) -> Columns {
  let stacks = params.group / 4u; // in an image
  let last = params.columns / 4u - 1u;
  let index = min(stack, last);
  let group = index / stacks;
  let within_group = index - group * stacks;
  let line = within_group / params.column_width;
  let place = within_group - line * params.column_width;
  let rows = 4u * line + vec4u(0u, 1u, 2u, 3u);
  let within = rows * params.column_width + place;
  return Columns(
    batch,
    group * params.group + within,
    vec4<bool>(stack <= last),
    vec4u(params.b_start + batch * params.b_batch + group * params.b_group), // where their image starts
    params.origin_y + vec4i(rows),
    vec4i(params.origin_x + i32(place) * params.column_x),
    params.c_start + batch * params.c_batch + group * params.c_group + within * params.c_column,
  );
}

// What a lane sees of one column of the image: TAPS + 3 rows, the last of them 0 where TAPS is 3.
struct Strip {
  top: vec4f,
  bottom: vec4f,
}

// The weights of one column of the window for sixteen rows of a.
struct Taps {
  low: vec4f,
  low_fifth: f32,
  high: vec4f,
  high_fifth: f32,
}

fn load_taps(rows: vec2u, term: u32) -> Taps {
  let step = params.middle_width * params.a_middle;
  var taps = Taps();
  taps.low = vec4f(f32(a[rows.x + term]), f32(a[rows.x + term + step]), f32(a[rows.x + term + 2u * step]), 0.0);
  if (TAPS > 3u) {
    taps.low.w = f32(a[rows.x + term + 3u * step]);
    taps.low_fifth = f32(a[rows.x + term + 4u * step]);
  }
  taps.high = taps.low;
  taps.high_fifth = taps.low_fifth;
  if (LANES < 16u) {
    taps.high = vec4f(f32(a[rows.y + term]), f32(a[rows.y + term + step]), f32(a[rows.y + term + 2u * step]), 0.0);
    if (TAPS > 3u) {
      taps.high.w = f32(a[rows.y + term + 3u * step]);
      taps.high_fifth = f32(a[rows.y + term + 4u * step]);
    }
  }
  return taps;
}

// Add one column of the window to a row's four sums.
fn slide(sums: vec4f, taps: vec4f, fifth: f32, seen: Strip) -> vec4f {
  let top = seen.top;
  let bottom = seen.bottom;
  var result = fma(vec4f(taps.x), top, sums);
  result = fma(vec4f(taps.y), vec4f(top.yzw, bottom.x), result);
  result = fma(vec4f(taps.z), vec4f(top.zw, bottom.xy), result);
  if (TAPS > 3u) {
    result = fma(vec4f(taps.w), vec4f(top.w, bottom.xyz), result);
    result = fma(vec4f(fifth), bottom, result);
  }
  return result;
}

fn accumulate_taps(sums: ptr<function, Sixteen>, a: Taps, seen: Strip) {
  (*sums).r0 = slide((*sums).r0, subgroupBroadcast(a.low, 0u), subgroupBroadcast(a.low_fifth, 0u), seen);
  (*sums).r1 = slide((*sums).r1, subgroupBroadcast(a.low, 1u), subgroupBroadcast(a.low_fifth, 1u), seen);
  (*sums).r2 = slide((*sums).r2, subgroupBroadcast(a.low, 2u), subgroupBroadcast(a.low_fifth, 2u), seen);
  (*sums).r3 = slide((*sums).r3, subgroupBroadcast(a.low, 3u), subgroupBroadcast(a.low_fifth, 3u), seen);
  (*sums).r4 = slide((*sums).r4, subgroupBroadcast(a.low, 4u), subgroupBroadcast(a.low_fifth, 4u), seen);
  (*sums).r5 = slide((*sums).r5, subgroupBroadcast(a.low, 5u), subgroupBroadcast(a.low_fifth, 5u), seen);
  (*sums).r6 = slide((*sums).r6, subgroupBroadcast(a.low, 6u), subgroupBroadcast(a.low_fifth, 6u), seen);
  (*sums).r7 = slide((*sums).r7, subgroupBroadcast(a.low, 7u), subgroupBroadcast(a.low_fifth, 7u), seen);
  (*sums).r8 = slide((*sums).r8, subgroupBroadcast(a.high, 8u % LANES), subgroupBroadcast(a.high_fifth, 8u % LANES), seen);
  (*sums).r9 = slide((*sums).r9, subgroupBroadcast(a.high, 9u % LANES), subgroupBroadcast(a.high_fifth, 9u % LANES), seen);
  (*sums).r10 = slide((*sums).r10, subgroupBroadcast(a.high, 10u % LANES), subgroupBroadcast(a.high_fifth, 10u % LANES), seen);
  (*sums).r11 = slide((*sums).r11, subgroupBroadcast(a.high, 11u % LANES), subgroupBroadcast(a.high_fifth, 11u % LANES), seen);
  (*sums).r12 = slide((*sums).r12, subgroupBroadcast(a.high, 12u % LANES), subgroupBroadcast(a.high_fifth, 12u % LANES), seen);
  (*sums).r13 = slide((*sums).r13, subgroupBroadcast(a.high, 13u % LANES), subgroupBroadcast(a.high_fifth, 13u % LANES), seen);
  (*sums).r14 = slide((*sums).r14, subgroupBroadcast(a.high, 14u % LANES), subgroupBroadcast(a.high_fifth, 14u % LANES), seen);
  (*sums).r15 = slide((*sums).r15, subgroupBroadcast(a.high, 15u % LANES), subgroupBroadcast(a.high_fifth, 15u % LANES), seen);
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
  let columns = stack_of(tile.z, tile.x * LANES + lane);
  // As u32, what is above or left of the image is far below or right of it.
  let top_inside = vec4u(columns.y) < vec4u(params.height);
  let bottom_inside = vec4u(columns.y + 4) < vec4u(params.height);
  let down = params.width;
  var sums0 = Sixteen();
  var sums16 = Sixteen();
  var sums32 = Sixteen();
  var sums48 = Sixteen();

  for (var outer = 0u; outer < params.outer; outer++) {
    for (var place = 0u; place < params.middle_width; place++) {
      let x = columns.x.x + i32(place) * params.middle_x;
      let inside = u32(x) < params.width;
      var i = outer * params.a_outer + place * params.a_middle;
      var j = columns.b.x + outer * params.b_outer + u32(columns.y.x) * down + u32(x);
      for (var inner = 0u; inner < params.inner; inner++) {
        // All loads come before the sums change.
        let top = vec4f(f32(b[j]), f32(b[j + down]), f32(b[j + 2u * down]), f32(b[j + 3u * down]));
        var bottom = vec4f(f32(b[j + 4u * down]), f32(b[j + 5u * down]), 0.0, 0.0);
        if (TAPS > 3u) {
          bottom.z = f32(b[j + 6u * down]);
          bottom.w = f32(b[j + 7u * down]);
        }
        let seen = Strip(
          select(vec4f(), top, top_inside & vec4<bool>(inside)),
          select(vec4f(), bottom, bottom_inside & vec4<bool>(inside)),
        );
        let taps0 = load_taps(rows0, i);
        var taps16 = taps0;
        var taps32 = taps0;
        var taps48 = taps0;
        if (ROWS > 16u) {
          taps16 = load_taps(rows16, i);
        }
        if (ROWS > 32u) {
          taps32 = load_taps(rows32, i);
        }
        if (ROWS > 48u) {
          taps48 = load_taps(rows48, i);
        }
        accumulate_taps(&sums0, taps0, seen);
        if (ROWS > 16u) {
          accumulate_taps(&sums16, taps16, seen);
        }
        if (ROWS > 32u) {
          accumulate_taps(&sums32, taps32, seen);
        }
        if (ROWS > 48u) {
          accumulate_taps(&sums48, taps48, seen);
        }
        i += params.a_inner;
        j += params.b_inner;
      }
    }
  }
  store_tile(&sums0, &sums16, &sums32, &sums48, columns, first_row);
}
