// Matrix product for software drivers: one subgroup computes a tile of ROWS rows x (4 * LANES) columns, without barriers.
//
//   c = a b, as matmul_naive.wgsl, which is the specification
//
// On a CPU that plays GPU a load costs as much as thirty multiply-adds, wherever it goes, and workgroup memory is no
// cheaper, while handing a register from one lane to all others is free. So each lane loads some rows' elements of a and its
// own four columns' of b, and `subgroupBroadcast` spreads the rows: with 16 lanes, 2 + 4 loads for 32 x 4 multiply-adds. Two
// terms of the sum are added before a sum is put back, because a variable that lives across a loop's turns is kept in memory,
// under a mask. The sums are named variables because an indexed array would be slower still.
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

const LANES: u32 = 8u;
const ROWS: u32 = 32u; // 16 or 32

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

// Where in a the rows begin that a lane carries: rows 0 to 7 are in .x of the first eight lanes, 8 to 15 in .y of eight
// lanes, and so on; with 16 lanes .x has the first sixteen rows and .z the rest, with 32 lanes .x has all.
fn rows_of(batch: u32, first: u32, lane: u32) -> vec4u {
  let row = first + lane % min(LANES, ROWS) + vec4u(0u, 8u, 16u, 24u);
  return params.a_start + batch * params.a_batch + min(row, vec4u(params.rows - 1u)) * params.a_row;
}

// One term of the sum for the rows that a lane carries.
fn load_a(rows: vec4u, term: u32) -> vec4f {
  var terms = vec4f(a[rows.x + term]);
  if (LANES < 16u) {
    terms.y = a[rows.y + term];
  }
  if (LANES < 32u && ROWS > 16u) {
    terms.z = a[rows.z + term];
    terms.w = terms.z;
  }
  if (LANES < 16u && ROWS > 16u) {
    terms.w = a[rows.w + term];
  }
  return terms;
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

// The sums of one of the rows r, r + 8, r + 16 and r + 24.
fn pick(eight: u32, s0: vec4f, s8: vec4f, s16: vec4f, s24: vec4f) -> vec4f {
  var sums = select(s0, s8, eight == 1u);
  if (ROWS > 16u) {
    sums = select(select(sums, s16, eight == 2u), s24, eight == 3u);
  }
  return sums;
}

fn store(columns: Columns, row: u32, sums: vec4f) {
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

@compute @workgroup_size(LANES)
fn product(
  @builtin(workgroup_id) tile: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let first_row = tile.y * ROWS;
  let rows = rows_of(tile.z, first_row, lane);
  let columns = columns_of(tile.z, tile.x * 4u * LANES + lane);

  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  var s4 = vec4f();
  var s5 = vec4f();
  var s6 = vec4f();
  var s7 = vec4f();
  var s8 = vec4f();
  var s9 = vec4f();
  var s10 = vec4f();
  var s11 = vec4f();
  var s12 = vec4f();
  var s13 = vec4f();
  var s14 = vec4f();
  var s15 = vec4f();
  var s16 = vec4f();
  var s17 = vec4f();
  var s18 = vec4f();
  var s19 = vec4f();
  var s20 = vec4f();
  var s21 = vec4f();
  var s22 = vec4f();
  var s23 = vec4f();
  var s24 = vec4f();
  var s25 = vec4f();
  var s26 = vec4f();
  var s27 = vec4f();
  var s28 = vec4f();
  var s29 = vec4f();
  var s30 = vec4f();
  var s31 = vec4f();

  for (var outer = 0u; outer < params.outer; outer++) {
    var line = 0; // of the window, where middle is in it
    var place = 0;
    for (var middle = 0u; middle < params.middle; middle++) {
      var i = outer * params.a_outer + middle * params.a_middle;
      var j = columns.b + outer * params.b_outer;
      let y = columns.y + line * params.middle_y;
      var x = columns.x + place * params.middle_x;
      for (var inner = 0u; inner < params.inner; inner += 2u) {
        // An odd one out is followed by zeros.
        let pair = inner + 1u < params.inner;
        let a0 = load_a(rows, i);
        let b0 = load_b(j, y, x);
        let a1 = select(vec4f(), load_a(rows, i + params.a_inner), pair);
        let b1 = select(vec4f(), load_b(j + params.b_inner, y, x + params.inner_x), pair);
        let r0 = vec2f(a0.x, a1.x);
        let r8 = vec2f(a0.y, a1.y);
        let r16 = vec2f(a0.z, a1.z);
        let r24 = vec2f(a0.w, a1.w);
        s0 = add(s0, subgroupBroadcast(r0, 0u % LANES), b0, b1);
        s1 = add(s1, subgroupBroadcast(r0, 1u % LANES), b0, b1);
        s2 = add(s2, subgroupBroadcast(r0, 2u % LANES), b0, b1);
        s3 = add(s3, subgroupBroadcast(r0, 3u % LANES), b0, b1);
        s4 = add(s4, subgroupBroadcast(r0, 4u % LANES), b0, b1);
        s5 = add(s5, subgroupBroadcast(r0, 5u % LANES), b0, b1);
        s6 = add(s6, subgroupBroadcast(r0, 6u % LANES), b0, b1);
        s7 = add(s7, subgroupBroadcast(r0, 7u % LANES), b0, b1);
        s8 = add(s8, subgroupBroadcast(r8, 8u % LANES), b0, b1);
        s9 = add(s9, subgroupBroadcast(r8, 9u % LANES), b0, b1);
        s10 = add(s10, subgroupBroadcast(r8, 10u % LANES), b0, b1);
        s11 = add(s11, subgroupBroadcast(r8, 11u % LANES), b0, b1);
        s12 = add(s12, subgroupBroadcast(r8, 12u % LANES), b0, b1);
        s13 = add(s13, subgroupBroadcast(r8, 13u % LANES), b0, b1);
        s14 = add(s14, subgroupBroadcast(r8, 14u % LANES), b0, b1);
        s15 = add(s15, subgroupBroadcast(r8, 15u % LANES), b0, b1);
        if (ROWS > 16u) {
          s16 = add(s16, subgroupBroadcast(r16, 16u % LANES), b0, b1);
          s17 = add(s17, subgroupBroadcast(r16, 17u % LANES), b0, b1);
          s18 = add(s18, subgroupBroadcast(r16, 18u % LANES), b0, b1);
          s19 = add(s19, subgroupBroadcast(r16, 19u % LANES), b0, b1);
          s20 = add(s20, subgroupBroadcast(r16, 20u % LANES), b0, b1);
          s21 = add(s21, subgroupBroadcast(r16, 21u % LANES), b0, b1);
          s22 = add(s22, subgroupBroadcast(r16, 22u % LANES), b0, b1);
          s23 = add(s23, subgroupBroadcast(r16, 23u % LANES), b0, b1);
          s24 = add(s24, subgroupBroadcast(r24, 24u % LANES), b0, b1);
          s25 = add(s25, subgroupBroadcast(r24, 25u % LANES), b0, b1);
          s26 = add(s26, subgroupBroadcast(r24, 26u % LANES), b0, b1);
          s27 = add(s27, subgroupBroadcast(r24, 27u % LANES), b0, b1);
          s28 = add(s28, subgroupBroadcast(r24, 28u % LANES), b0, b1);
          s29 = add(s29, subgroupBroadcast(r24, 29u % LANES), b0, b1);
          s30 = add(s30, subgroupBroadcast(r24, 30u % LANES), b0, b1);
          s31 = add(s31, subgroupBroadcast(r24, 31u % LANES), b0, b1);
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

  let last_row = min(first_row + ROWS, params.rows);
  for (var eight = 0u; first_row + 8u * eight < last_row; eight++) {
    let t0 = pick(eight, s0, s8, s16, s24);
    let t1 = pick(eight, s1, s9, s17, s25);
    let t2 = pick(eight, s2, s10, s18, s26);
    let t3 = pick(eight, s3, s11, s19, s27);
    let t4 = pick(eight, s4, s12, s20, s28);
    let t5 = pick(eight, s5, s13, s21, s29);
    let t6 = pick(eight, s6, s14, s22, s30);
    let t7 = pick(eight, s7, s15, s23, s31);
    let first = first_row + 8u * eight;
    for (var row = first; row < min(first + 8u, last_row); row++) {
      var sums = t0;
      sums = select(sums, t1, row == first + 1u);
      sums = select(sums, t2, row == first + 2u);
      sums = select(sums, t3, row == first + 3u);
      sums = select(sums, t4, row == first + 4u);
      sums = select(sums, t5, row == first + 5u);
      sums = select(sums, t6, row == first + 6u);
      sums = select(sums, t7, row == first + 7u);
      store(columns, row, sums);
    }
  }
}
