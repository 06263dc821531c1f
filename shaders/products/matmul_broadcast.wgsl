// Matrix product for software drivers: one subgroup computes a tile of ROWS rows x (4 * LANES) columns, without barriers.
//
//   c = a b, as matmul_specification.wgsl says
//
// On a CPU that plays GPU a load costs as much as thirty multiply-adds, wherever it goes, and workgroup memory is no
// cheaper, while handing a register from one lane to all others is free. So each lane loads some rows' elements of a and its
// own four columns' of b, and `subgroupBroadcast` spreads the rows: with 16 lanes, 2 + 4 loads for 32 x 4 multiply-adds. Two
// terms of the sum are added before a sum is put back, because a variable that lives across a loop's turns is kept in memory,
// under a mask. The sums have names of their own because an indexed array would be slower still.
//
// What is written once here is compiled once: the rows are stored in a loop that picks them from the variables. Unrolled, the
// stores would take ten times as long to compile as all the rest.
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

const WINDOW: bool = false; // read b through a sliding window

// What happens to a sum before it is stored, in this order.
const ROW_BIAS: bool = false; // add bias[row]
const COLUMN_BIAS: bool = false; // add bias[column]
const ACCUMULATE: bool = false; // add what c holds already
const RELU: bool = false; // max(0, .)
const MASK: bool = false; // 0 where the mask, laid out as c, is not above 0

const ROW_SUMS: bool = false; // store what each row of a adds up to, too, from row_sums_start on in c

const LANES: u32 = 8u;
const ROWS: u32 = 32u; // 16, 32 or 64

// The four columns of a lane. Past the edge the last column is computed again, and never stored.
struct Columns {
  index: vec4u,
  inside: vec4<bool>,
  b: vec4u, // where each starts in b
  y: vec4i, // and in its images, if they are read through a window
  x: vec4i,
  c: vec4u, // and in c
}

fn columns_of(batch: u32, first: u32) -> Columns {
  let unclamped = vec4u(first, first + LANES, first + 2u * LANES, first + 3u * LANES);
  let index = min(unclamped, vec4u(params.columns - 1u));
  let group = index / params.group;
  let within = index - group * params.group;
  var columns = Columns(
    index,
    unclamped == index,
    params.b_start + batch * params.b_batch + group * params.b_group + within * params.b_column,
    vec4i(),
    vec4i(),
    params.c_start + batch * params.c_batch + group * params.c_group + within * params.c_column,
  );
  if (WINDOW) {
    let line = within / params.column_width;
    columns.y = params.origin_y + vec4i(line) * params.column_y;
    columns.x = params.origin_x + vec4i(within - line * params.column_width) * params.column_x;
  }
  return columns;
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

// Two terms of the sum for sixteen rows: of a lane's row, and of the one 8 below.
struct Pair {
  low: vec2f,
  high: vec2f,
}

fn load_pair(rows: vec2u, term: u32, next: u32, both: bool) -> Pair {
  var pair = Pair(vec2f(a[rows.x + term], a[rows.x + next]), vec2f());
  if (LANES < 16u) {
    pair.high = vec2f(a[rows.y + term], a[rows.y + next]);
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
  let terms = vec4f(b[at.x], b[at.y], b[at.z], b[at.w]);
  if (!WINDOW) {
    return terms;
  }
  // As u32, what is above or left of the image is far below or right of it.
  return select(
    vec4f(),
    terms,
    (vec4u(y) < vec4u(params.height)) & (vec4u(x) < vec4u(params.width)),
  );
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
  if (columns.inside.x) {
    c[at.x] = values.x;
  }
  if (columns.inside.y) {
    c[at.y] = values.y;
  }
  if (columns.inside.z) {
    c[at.z] = values.z;
  }
  if (columns.inside.w) {
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

fn both_terms(pair: Pair) -> vec2f {
  return vec2f(pair.low.x + pair.low.y, pair.high.x + pair.high.y);
}

fn store_row_sums(batch: u32, row: u32, end: u32, of_rows: vec2f) {
  let at = params.row_sums_start + batch * params.rows + row;
  if (row < end) {
    c[at] = of_rows.x;
  }
  if (LANES < 16u && row + 8u < end) {
    c[at + 8u] = of_rows.y;
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
  let columns = columns_of(tile.z, tile.x * 4u * LANES + lane);
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
