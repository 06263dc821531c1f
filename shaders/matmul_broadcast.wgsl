// Matrix product for software drivers: one subgroup computes a tile of 16 rows x (4 * LANES) columns, without barriers.
//
//   c = a b, with the strides, bias and ReLU of matmul_naive.wgsl, which is the specification
//
// On a CPU that plays GPU a load costs as much as thirty multiply-adds, wherever it goes, and workgroup memory is no
// cheaper, while handing a register from one lane to all others is free. So per step along the summation each lane loads
// one element of a (its row's) and four of b (its columns'), and `subgroupBroadcast` spreads the sixteen rows: 5 loads a
// lane for 64 multiply-adds. The sixteen sums are named variables because an indexed array would live in memory, not in
// registers. Lanes run along columns, so stores are contiguous.
//
// One workgroup is one subgroup of LANES lanes (8 or more). Workgroups: x along columns, y along rows, z along batches.

enable subgroups;

struct Params {
  batches: u32,
  // Sizes of one product, and how its summation axis is split: into `outer` blocks of `inner` terms.
  rows: u32,
  columns: u32,
  outer: u32,
  inner: u32,
  // The columns too come in groups (images) of `group` columns (positions).
  group: u32,
  // Element strides of each axis, and where the first element is.
  a_start: u32,
  a_batch: u32,
  a_row: u32,
  a_outer: u32,
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
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> c: array<f32>;

// What happens to a sum before it is stored.
const ROW_BIAS: bool = false; // add bias[row]
const COLUMN_BIAS: bool = false; // add bias[column]
const RELU: bool = false; // max(0, .)
const ACCUMULATE: bool = false; // add what c holds already

const LANES: u32 = 8u;
const ROWS: u32 = 16u;

// The four columns of a lane. Past the edge the last column is loaded again, and never stored.
struct Columns {
  index: vec4u,
  inside: vec4<bool>,
  b: vec4u, // where each starts in b
  c: vec4u, // and in c
}

fn columns_of(batch: u32, first: u32) -> Columns {
  let unclamped = vec4u(first, first + LANES, first + 2u * LANES, first + 3u * LANES);
  let index = min(unclamped, vec4u(params.columns - 1u));
  let group = index / params.group;
  let within = index % params.group;
  return Columns(
    index,
    unclamped == index,
    params.b_start + batch * params.b_batch + group * params.b_group + within * params.b_column,
    params.c_start + batch * params.c_batch + group * params.c_group + within * params.c_column,
  );
}

fn store(columns: Columns, row: u32, sums: vec4f) {
  if (row >= params.rows) {
    return;
  }
  let at = columns.c + row * params.c_row;
  var values = sums;
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
  let batch = tile.z;

  // Lanes 0 to 15 carry rows 0 to 15; with fewer lanes a second load carries the upper eight.
  let a_batch = params.a_start + batch * params.a_batch;
  let a_low = a_batch + min(first_row + lane % ROWS, params.rows - 1u) * params.a_row;
  let a_high = a_batch + min(first_row + 8u + lane % 8u, params.rows - 1u) * params.a_row;
  let columns = columns_of(batch, tile.x * 4u * LANES + lane);

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

  for (var outer = 0u; outer < params.outer; outer++) {
    var i = outer * params.a_outer;
    var j = columns.b + outer * params.b_outer;
    for (var inner = 0u; inner < params.inner; inner++) {
      let low = a[a_low + i];
      var high = low;
      if (LANES < ROWS) {
        high = a[a_high + i];
      }
      let b4 = vec4f(b[j.x], b[j.y], b[j.z], b[j.w]);
      s0 = fma(vec4f(subgroupBroadcast(low, 0u)), b4, s0);
      s1 = fma(vec4f(subgroupBroadcast(low, 1u)), b4, s1);
      s2 = fma(vec4f(subgroupBroadcast(low, 2u)), b4, s2);
      s3 = fma(vec4f(subgroupBroadcast(low, 3u)), b4, s3);
      s4 = fma(vec4f(subgroupBroadcast(low, 4u)), b4, s4);
      s5 = fma(vec4f(subgroupBroadcast(low, 5u)), b4, s5);
      s6 = fma(vec4f(subgroupBroadcast(low, 6u)), b4, s6);
      s7 = fma(vec4f(subgroupBroadcast(low, 7u)), b4, s7);
      s8 = fma(vec4f(subgroupBroadcast(high, 8u % LANES)), b4, s8);
      s9 = fma(vec4f(subgroupBroadcast(high, 9u % LANES)), b4, s9);
      s10 = fma(vec4f(subgroupBroadcast(high, 10u % LANES)), b4, s10);
      s11 = fma(vec4f(subgroupBroadcast(high, 11u % LANES)), b4, s11);
      s12 = fma(vec4f(subgroupBroadcast(high, 12u % LANES)), b4, s12);
      s13 = fma(vec4f(subgroupBroadcast(high, 13u % LANES)), b4, s13);
      s14 = fma(vec4f(subgroupBroadcast(high, 14u % LANES)), b4, s14);
      s15 = fma(vec4f(subgroupBroadcast(high, 15u % LANES)), b4, s15);
      i += params.a_inner;
      j += params.b_inner;
    }
  }

  // A row's bias travels as a row of a does: stores are most of this kernel's compile time, and a load in each doubles it.
  var bias_low = 0.0;
  var bias_high = 0.0;
  if (ROW_BIAS) {
    bias_low = bias[min(first_row + lane % ROWS, params.rows - 1u)];
    bias_high = bias_low;
    if (LANES < ROWS) {
      bias_high = bias[min(first_row + 8u + lane % 8u, params.rows - 1u)];
    }
  }
  store(columns, first_row, s0 + subgroupBroadcast(bias_low, 0u));
  store(columns, first_row + 1u, s1 + subgroupBroadcast(bias_low, 1u));
  store(columns, first_row + 2u, s2 + subgroupBroadcast(bias_low, 2u));
  store(columns, first_row + 3u, s3 + subgroupBroadcast(bias_low, 3u));
  store(columns, first_row + 4u, s4 + subgroupBroadcast(bias_low, 4u));
  store(columns, first_row + 5u, s5 + subgroupBroadcast(bias_low, 5u));
  store(columns, first_row + 6u, s6 + subgroupBroadcast(bias_low, 6u));
  store(columns, first_row + 7u, s7 + subgroupBroadcast(bias_low, 7u));
  store(columns, first_row + 8u, s8 + subgroupBroadcast(bias_high, 8u % LANES));
  store(columns, first_row + 9u, s9 + subgroupBroadcast(bias_high, 9u % LANES));
  store(columns, first_row + 10u, s10 + subgroupBroadcast(bias_high, 10u % LANES));
  store(columns, first_row + 11u, s11 + subgroupBroadcast(bias_high, 11u % LANES));
  store(columns, first_row + 12u, s12 + subgroupBroadcast(bias_high, 12u % LANES));
  store(columns, first_row + 13u, s13 + subgroupBroadcast(bias_high, 13u % LANES));
  store(columns, first_row + 14u, s14 + subgroupBroadcast(bias_high, 14u % LANES));
  store(columns, first_row + 15u, s15 + subgroupBroadcast(bias_high, 15u % LANES));
}
