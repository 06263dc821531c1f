// Convolution for software drivers: matmul_broadcast.wgsl for a product that reads b through a window, with stacked columns.
//
//   c = a b, as matmul_specification.wgsl with WINDOW, which is the specification
//
// Loads are what a CPU that plays GPU is slow at. Here a lane's four columns lie one above the other in an image, so that
// through TAPS rows of a window they see no more than TAPS + 3 rows of the image between them: for 5 rows 8 loads of b in
// place of 20. One step along the sum adds a whole column of the window, TAPS multiply-adds, to each sum.
//
// For windows that move and reach by single rows (column_y = middle_y = 1), over results whose rows come in fours.
//
// One workgroup is one subgroup of LANES lanes (8 or more). Workgroups: x along columns, y along rows, z along batches.

enable subgroups;

struct Params {
  batches: u32,
  // Sizes of one product, and how its summation axis is split.
  rows: u32,
  columns: u32,
  outer: u32,
  middle: u32,
  inner: u32,
  // The columns too come in groups (images) of `group` columns (positions).
  group: u32,
  // Element strides of each axis, and where the first element is.
  a_start: u32,
  a_batch: u32,
  a_row: u32,
  a_outer: u32,
  a_middle: u32,
  a_inner: u32,
  b_start: u32,
  b_batch: u32,
  b_outer: u32,
  b_inner: u32,
  b_group: u32,
  b_column: u32,
  c_start: u32,
  c_batch: u32,
  c_row: u32,
  c_group: u32,
  c_column: u32,
  // Where in c the sums of a's rows go, [batch][row], if they are wanted.
  row_sums_start: u32,
  // Where a window looks, in rows (y) and columns (x) of the images in b.
  height: u32,
  width: u32,
  origin_y: i32,
  origin_x: i32,
  column_width: u32,
  column_y: i32,
  column_x: i32,
  middle_width: u32,
  middle_y: i32,
  middle_x: i32,
  inner_x: i32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> mask: array<f32>;
@group(0) @binding(5) var<storage, read_write> c: array<f32>;

// What happens to a sum before it is stored, in this order.
const ROW_BIAS: bool = false; // add bias[row]
const COLUMN_BIAS: bool = false; // add bias[column]
const ACCUMULATE: bool = false; // add what c holds already
const RELU: bool = false; // max(0, .)
const MASK: bool = false; // 0 where the mask, laid out as c, is not above 0

const LANES: u32 = 8u;
const ROWS: u32 = 32u; // 16, 32 or 64
const WINDOW: bool = true; // always
const TAPS: u32 = 5u; // rows of the window: 3 or 5

// The four columns of a lane.
struct Columns {
  index: vec4u,
  inside: bool,
  b: u32, // where their image starts in b
  y: i32, // and where the uppermost sees in it first
  x: i32,
  c: vec4u, // where each starts in c
}

// They begin at a row that is a multiple of four. Past the edge the last stack is computed again, and never stored.
fn columns_of(batch: u32, stack: u32) -> Columns {
  let stacks = params.group / 4u; // in an image
  let last = params.columns / 4u - 1u;
  let index = min(stack, last);
  let group = index / stacks;
  let within_group = index - group * stacks;
  let line = within_group / params.column_width;
  let place = within_group - line * params.column_width;
  let within = (4u * line + vec4u(0u, 1u, 2u, 3u)) * params.column_width + place;
  return Columns(
    group * params.group + within,
    stack <= last,
    params.b_start + batch * params.b_batch + group * params.b_group,
    params.origin_y + i32(4u * line),
    params.origin_x + i32(place) * params.column_x,
    params.c_start + batch * params.c_batch + group * params.c_group + within * params.c_column,
  );
}

// Sixteen rows of the tile, four columns a lane.
struct Sixteen {
  r0: vec4f,
  r1: vec4f,
  r2: vec4f,
  r3: vec4f,
  r4: vec4f,
  r5: vec4f,
  r6: vec4f,
  r7: vec4f,
  r8: vec4f,
  r9: vec4f,
  r10: vec4f,
  r11: vec4f,
  r12: vec4f,
  r13: vec4f,
  r14: vec4f,
  r15: vec4f,
}

// Where in a sixteen rows begin: .x is that of a lane's row. Where there are but 8 lanes, .y is that of another, 8 below.
fn rows_of(batch: u32, first: u32, lane: u32) -> vec2u {
  let row = first + lane % min(LANES, 16u) + vec2u(0u, 8u);
  return params.a_start + batch * params.a_batch + min(row, vec2u(params.rows - 1u)) * params.a_row;
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
  taps.low = vec4f(a[rows.x + term], a[rows.x + term + step], a[rows.x + term + 2u * step], 0.0);
  if (TAPS > 3u) {
    taps.low.w = a[rows.x + term + 3u * step];
    taps.low_fifth = a[rows.x + term + 4u * step];
  }
  taps.high = taps.low;
  taps.high_fifth = taps.low_fifth;
  if (LANES < 16u) {
    taps.high = vec4f(a[rows.y + term], a[rows.y + term + step], a[rows.y + term + 2u * step], 0.0);
    if (TAPS > 3u) {
      taps.high.w = a[rows.y + term + 3u * step];
      taps.high_fifth = a[rows.y + term + 4u * step];
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

fn store_row(columns: Columns, row: u32, sums: vec4f) {
  let at = columns.c + row * params.c_row;
  var values = sums;
  if (ROW_BIAS) {
    values += bias[row];
  }
  if (COLUMN_BIAS) {
    let i = columns.index;
    values += vec4f(bias[i.x], bias[i.y], bias[i.z], bias[i.w]);
  }
  if (ACCUMULATE) {
    values += vec4f(c[at.x], c[at.y], c[at.z], c[at.w]);
  }
  if (RELU) {
    values = max(values, vec4f());
  }
  if (MASK) {
    values = select(vec4f(), values, vec4f(mask[at.x], mask[at.y], mask[at.z], mask[at.w]) > vec4f());
  }
  if (columns.inside) {
    c[at.x] = values.x;
    c[at.y] = values.y;
    c[at.z] = values.z;
    c[at.w] = values.w;
  }
}

// Rows from `first` up to `end`, picked from the variables by comparison.
fn store(sums: ptr<function, Sixteen>, columns: Columns, first: u32, end: u32) {
  for (var eight = first; eight < min(first + 16u, end); eight += 8u) {
    let upper = eight == first;
    let r0 = select((*sums).r8, (*sums).r0, upper);
    let r1 = select((*sums).r9, (*sums).r1, upper);
    let r2 = select((*sums).r10, (*sums).r2, upper);
    let r3 = select((*sums).r11, (*sums).r3, upper);
    let r4 = select((*sums).r12, (*sums).r4, upper);
    let r5 = select((*sums).r13, (*sums).r5, upper);
    let r6 = select((*sums).r14, (*sums).r6, upper);
    let r7 = select((*sums).r15, (*sums).r7, upper);
    for (var row = eight; row < min(eight + 8u, end); row++) {
      var picked = r0;
      picked = select(picked, r1, row == eight + 1u);
      picked = select(picked, r2, row == eight + 2u);
      picked = select(picked, r3, row == eight + 3u);
      picked = select(picked, r4, row == eight + 4u);
      picked = select(picked, r5, row == eight + 5u);
      picked = select(picked, r6, row == eight + 6u);
      picked = select(picked, r7, row == eight + 7u);
      store_row(columns, row, picked);
    }
  }
}

// All sixteens of the tile, by one copy of the code.
fn store_tile(
  sums0: ptr<function, Sixteen>,
  sums16: ptr<function, Sixteen>,
  sums32: ptr<function, Sixteen>,
  sums48: ptr<function, Sixteen>,
  columns: Columns,
  first_row: u32,
) {
  let end = min(first_row + ROWS, params.rows);
  for (var first = first_row; first < end; first += 16u) {
    var sums = *sums0;
    if (ROWS > 16u && first == first_row + 16u) {
      sums = *sums16;
    }
    if (ROWS > 32u && first == first_row + 32u) {
      sums = *sums32;
    }
    if (ROWS > 48u && first == first_row + 48u) {
      sums = *sums48;
    }
    store(&sums, columns, first, end);
  }
}

@compute @workgroup_size(LANES)
fn product(
  @builtin(workgroup_id) tile: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let first_row = tile.y * ROWS;
  let rows0 = rows_of(tile.z, first_row, lane);
  let rows16 = rows_of(tile.z, first_row + 16u, lane);
  let rows32 = rows_of(tile.z, first_row + 32u, lane);
  let rows48 = rows_of(tile.z, first_row + 48u, lane);
  let columns = columns_of(tile.z, tile.x * LANES + lane);
  // As u32, what is above or left of the image is far below or right of it.
  let top_inside = vec4u(columns.y + vec4i(0, 1, 2, 3)) < vec4u(params.height);
  let bottom_inside = vec4u(columns.y + vec4i(4, 5, 6, 7)) < vec4u(params.height);
  let down = params.width;
  var sums0 = Sixteen();
  var sums16 = Sixteen();
  var sums32 = Sixteen();
  var sums48 = Sixteen();

  for (var outer = 0u; outer < params.outer; outer++) {
    for (var place = 0u; place < params.middle_width; place++) {
      let x = columns.x + i32(place) * params.middle_x;
      let inside = u32(x) < params.width;
      var i = outer * params.a_outer + place * params.a_middle;
      var j = columns.b + outer * params.b_outer + u32(columns.y) * down + u32(x);
      for (var inner = 0u; inner < params.inner; inner++) {
        // All loads come before the sums change.
        let top = vec4f(b[j], b[j + down], b[j + 2u * down], b[j + 3u * down]);
        var bottom = vec4f(b[j + 4u * down], b[j + 5u * down], 0.0, 0.0);
        if (TAPS > 3u) {
          bottom.z = b[j + 6u * down];
          bottom.w = b[j + 7u * down];
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
