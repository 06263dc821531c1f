// Matrix product for software drivers: matmul_broadcast.wgsl with operands that are read as texels, four numbers at a time.
//
//   c = a b, as matmul_specification.wgsl says, which is the specification
//
// lavapipe makes of a load from a buffer sixteen branches, one a lane, each with a look at the buffer's size: two hundred
// instructions, written out wherever a load stands. A texel, four numbers for every lane, is one call of a function that is not
// much longer. So operands are copied to textures first, and a turn of the loop adds four terms: with 16 lanes and 32 rows 6 texels
// for 512 multiply-adds, where matmul_broadcast.wgsl has 24 loads.
//
// A texel of a is four terms of a row. One of b is four terms of a column (B_ALONG_TERMS), or one term of four neighbouring columns.
// Where b is read through a window, its copy is packed: the channels of a pixel, which are the inner terms, lie side by side, and so
// do a row's terms in a (A_PACKED), tap by tap. In the gradient of a weight the inner terms are the pixels of a line: then there is a
// copy of each line for each tap of a row of the window, since a tap sees four that begin anywhere (LINES; packing/shifts.wgsl).
//
// One workgroup is one subgroup of LANES lanes (8 or more). Workgroups: x along rows, y along columns, z along batches, so that
// those that run one after the other find the same columns of b in the cache.

import super::shared::columns::{Columns, columns_of};
import super::shared::parameters::params;
import super::shared::row_sums::{ROW_SUMS, store_row_sum};
import super::shared::subgroup_tile::{LANES, ROWS, Sixteen, store_tile};
import super::shared::texels::{texel_of_a, texel_of_b};
import super::shared::tile::tile_of;
import super::shared::window::{WINDOW, inside_image};

enable subgroups;

const A_PACKED: bool = false; // a's rows lie one after the other in the copy, their terms in order
const B_ALONG_TERMS: bool = false;
const LINES: bool = false; // inner terms lie along a line of images, whose copy has each line once for each tap

// Four terms of a lane's row of a, and of the row 8 below.
struct Rows {
  low: vec4f,
  high: vec4f,
}

// Four terms of b at a lane's four columns.
struct Terms {
  t0: vec4f,
  t1: vec4f,
  t2: vec4f,
  t3: vec4f,
}

// How many texels the inner terms are: where b is read through a window, those of a pixel.
fn texels_of_pixel() -> u32 {
  return (params.inner + 3u) / 4u;
}

// The texels at which a lane's rows begin in a: .x is its row, .y the one 8 below, where there are only 8 lanes.
fn texels_of_rows(batch: u32, first: u32, lane: u32) -> vec2u {
  let row = min(first + lane % min(LANES, 16u) + vec2u(0u, 8u), vec2u(params.rows - 1u));
  if (A_PACKED) {
    return row * (params.middle * texels_of_pixel());
  }
  return (params.a_start + batch * params.a_batch + row * params.a_row) / 4u;
}

fn load_rows(at: vec2u, term: u32) -> Rows {
  var rows = Rows(texel_of_a(at.x + term), vec4f());
  rows.high = rows.low;
  if (LANES < 16u) {
    rows.high = texel_of_a(at.y + term);
  }
  return rows;
}

fn load_terms(at: vec4u, step: u32, inside: vec4<bool>) -> Terms {
  if (!B_ALONG_TERMS) {
    return Terms(texel_of_b(at.x), texel_of_b(at.x + step), texel_of_b(at.x + 2u * step), texel_of_b(at.x + 3u * step));
  }
  var x = texel_of_b(at.x);
  var y = texel_of_b(at.y);
  var z = texel_of_b(at.z);
  var w = texel_of_b(at.w);
  if (WINDOW) {
    x = select(vec4f(), x, inside.x);
    y = select(vec4f(), y, inside.y);
    z = select(vec4f(), z, inside.z);
    w = select(vec4f(), w, inside.w);
  }
  return Terms(vec4f(x.x, y.x, z.x, w.x), vec4f(x.y, y.y, z.y, w.y), vec4f(x.z, y.z, z.z, w.z), vec4f(x.w, y.w, z.w, w.w));
}

// Add four terms to a row's four sums.
fn add(sums: vec4f, a: vec4f, b: Terms) -> vec4f {
  return fma(vec4f(a.w), b.t3, fma(vec4f(a.z), b.t2, fma(vec4f(a.y), b.t1, fma(vec4f(a.x), b.t0, sums))));
}

// Add four terms to the sums of sixteen rows, which the lanes carry.
fn accumulate(sums: ptr<function, Sixteen>, a: Rows, b: Terms) {
  (*sums).r0 = add((*sums).r0, subgroupBroadcast(a.low, 0u), b);
  (*sums).r1 = add((*sums).r1, subgroupBroadcast(a.low, 1u), b);
  (*sums).r2 = add((*sums).r2, subgroupBroadcast(a.low, 2u), b);
  (*sums).r3 = add((*sums).r3, subgroupBroadcast(a.low, 3u), b);
  (*sums).r4 = add((*sums).r4, subgroupBroadcast(a.low, 4u), b);
  (*sums).r5 = add((*sums).r5, subgroupBroadcast(a.low, 5u), b);
  (*sums).r6 = add((*sums).r6, subgroupBroadcast(a.low, 6u), b);
  (*sums).r7 = add((*sums).r7, subgroupBroadcast(a.low, 7u), b);
  (*sums).r8 = add((*sums).r8, subgroupBroadcast(a.high, 8u % LANES), b);
  (*sums).r9 = add((*sums).r9, subgroupBroadcast(a.high, 9u % LANES), b);
  (*sums).r10 = add((*sums).r10, subgroupBroadcast(a.high, 10u % LANES), b);
  (*sums).r11 = add((*sums).r11, subgroupBroadcast(a.high, 11u % LANES), b);
  (*sums).r12 = add((*sums).r12, subgroupBroadcast(a.high, 12u % LANES), b);
  (*sums).r13 = add((*sums).r13, subgroupBroadcast(a.high, 13u % LANES), b);
  (*sums).r14 = add((*sums).r14, subgroupBroadcast(a.high, 14u % LANES), b);
  (*sums).r15 = add((*sums).r15, subgroupBroadcast(a.high, 15u % LANES), b);
}

fn sums_of(rows: Rows) -> vec2f {
  return vec2f(dot(rows.low, vec4f(1.0)), dot(rows.high, vec4f(1.0)));
}

fn store_row_sums(batch: u32, row: u32, end: u32, sums: vec2f) {
  if (row < end) {
    store_row_sum(batch, row, sums.x);
  }
  if (LANES < 16u && row + 8u < end) {
    store_row_sum(batch, row + 8u, sums.y);
  }
}

@compute @workgroup_size(LANES)
fn product(
  @builtin(workgroup_id) group: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let tile = tile_of(group);
  let first_row = tile.x * ROWS;
  let rows0 = texels_of_rows(tile.z, first_row, lane);
  let rows16 = texels_of_rows(tile.z, first_row + 16u, lane);
  let first_column = tile.y * 4u * LANES;
  var columns = columns_of(tile.z, first_column + 4u * lane, 1u);
  var b_step = params.b_inner / 4u;
  if (B_ALONG_TERMS) {
    columns = columns_of(tile.z, first_column + lane, LANES);
    b_step = 1u;
  }
  let pixel = texels_of_pixel();
  var starts = columns.b / 4u;
  var outer_step = params.b_outer / 4u;
  if (WINDOW && !LINES) {
    starts = columns.b / params.inner * pixel; // an image begins after as many pixels as before it was packed
  }
  if (LINES) {
    let plane = params.height * params.width;
    let packed = params.column_width * params.height * pixel;
    let tap = vec4u((columns.x - params.origin_x) / params.column_x);
    starts = columns.b / plane * packed + tap * params.height * pixel;
    outer_step = params.b_outer / plane * packed;
  }
  var sums0 = Sixteen();
  var sums16 = Sixteen();
  var none = Sixteen();
  var a_sums0 = vec2f(); // what a lane loads of a, added up
  var a_sums16 = vec2f();

  for (var outer = 0u; outer < params.outer; outer++) {
    var line = 0; // of the window, where middle is in it
    var place = 0;
    for (var middle = 0u; middle < params.middle; middle++) {
      var i = outer * (params.a_outer / 4u) + middle * select(params.a_middle / 4u, pixel, A_PACKED);
      var j = starts + outer * outer_step;
      var inside = vec4<bool>(true);
      if (WINDOW) {
        let y = columns.y + line * params.middle_y;
        let x = columns.x + place * params.middle_x;
        if (LINES) {
          inside = vec4u(y) < vec4u(params.height);
          j += vec4u(y) * pixel;
        } else {
          inside = inside_image(y, x);
          j += (vec4u(y) * params.width + vec4u(x)) * pixel;
        }
      }
      for (var quad = 0u; quad < pixel; quad++) {
        // All loads come before the sums change.
        let terms = load_terms(j, b_step, inside);
        let quads0 = load_rows(rows0, i);
        var quads16 = quads0;
        if (ROWS > 16u) {
          quads16 = load_rows(rows16, i);
        }
        accumulate(&sums0, quads0, terms);
        if (ROWS > 16u) {
          accumulate(&sums16, quads16, terms);
        }
        if (ROW_SUMS) {
          a_sums0 += sums_of(quads0);
          a_sums16 += sums_of(quads16);
        }
        i += 1u;
        j += select(4u * b_step, 1u, B_ALONG_TERMS);
      }
      place++;
      if (place == i32(params.middle_width)) {
        place = 0;
        line++;
      }
    }
  }

  store_tile(&sums0, &sums16, &none, &none, columns, first_row);
  if (ROW_SUMS && tile.y == 0u && lane < 16u) {
    let end = min(first_row + ROWS, params.rows);
    store_row_sums(tile.z, first_row + lane, end, a_sums0);
    if (ROWS > 16u) {
      store_row_sums(tile.z, first_row + 16u + lane, end, a_sums16);
    }
  }
}
