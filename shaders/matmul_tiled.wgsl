// Matrix product for hardware: a workgroup of 16 x 16 threads computes a tile of 64 x 64 through workgroup memory.
//
//   c = a b, with the strides, bias and ReLU of matmul_naive.wgsl, which is the specification
//
// Along the summation, in slices of DEPTH: the threads load a 64 x DEPTH slice of a and a DEPTH x 64 slice of b once,
// wait, and then each thread updates its own 4 x 4 sums from workgroup memory: 8 loads for 16 multiply-adds, and each
// number from storage serves 64 threads. A thread's rows and columns are 16 apart, so that neighbouring threads read
// neighbouring words (no bank conflicts) and store contiguous columns. Past the edges the slices are filled with zeros.
//
// The (outer, inner) summation is walked as one axis of outer * inner terms, so short inner blocks fill slices too.
// Workgroups: x along columns, y along rows, z along batches. Workgroup memory: 2 * 64 * DEPTH floats = 8 KiB.

struct Params {
  batches: u32,
  // Sizes of one product, and how its summation axis is split: `depth` = `outer` blocks of `inner` terms.
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

const TILE: u32 = 64u; // rows and columns of c a workgroup
const DEPTH: u32 = 16u; // terms of the summation a slice
const SIDE: u32 = 16u; // threads along each side of the workgroup

fn store(batch: u32, row: u32, column: u32, sum: f32) {
  if (row >= params.rows || column >= params.columns) {
    return;
  }
  let i = params.c_start + batch * params.c_batch + row * params.c_row
    + (column / params.group) * params.c_group + (column % params.group) * params.c_column;
  var value = sum;
  if (ROW_BIAS) {
    value += bias[row];
  }
  if (COLUMN_BIAS) {
    value += bias[column];
  }
  if (ACCUMULATE) {
    value += c[i];
  }
  if (RELU) {
    value = max(value, 0.0);
  }
  c[i] = value;
}

var<workgroup> a_slice: array<f32, DEPTH * TILE>; // [depth][row]
var<workgroup> b_slice: array<f32, DEPTH * TILE>; // [depth][column]

fn load_a(batch: u32, row: u32, term: u32) -> f32 {
  if (row >= params.rows || term >= params.outer * params.inner) {
    return 0.0;
  }
  return a[params.a_start + batch * params.a_batch + row * params.a_row
    + (term / params.inner) * params.a_outer + (term % params.inner) * params.a_inner];
}

fn load_b(batch: u32, term: u32, column: u32) -> f32 {
  if (column >= params.columns || term >= params.outer * params.inner) {
    return 0.0;
  }
  return b[params.b_start + batch * params.b_batch
    + (term / params.inner) * params.b_outer + (term % params.inner) * params.b_inner
    + (column / params.group) * params.b_group + (column % params.group) * params.b_column];
}

fn store_row(batch: u32, row: u32, first: u32, sums: vec4f) {
  store(batch, row, first, sums.x);
  store(batch, row, first + SIDE, sums.y);
  store(batch, row, first + 2u * SIDE, sums.z);
  store(batch, row, first + 3u * SIDE, sums.w);
}

@compute @workgroup_size(SIDE, SIDE)
fn product(
  @builtin(workgroup_id) tile: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let first_row = tile.y * TILE;
  let first_column = tile.x * TILE;
  let terms = params.outer * params.inner;

  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();

  for (var first_term = 0u; first_term < terms; first_term += DEPTH) {
    for (var i = index; i < DEPTH * TILE; i += SIDE * SIDE) {
      // a: neighbouring threads take neighbouring terms, which are neighbours in memory unless a is transposed.
      a_slice[(i % DEPTH) * TILE + i / DEPTH] = load_a(tile.z, first_row + i / DEPTH, first_term + i % DEPTH);
      // b: neighbouring threads take neighbouring columns.
      b_slice[i] = load_b(tile.z, first_term + i / TILE, first_column + i % TILE);
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
      s0 = fma(vec4f(a_slice[row]), b4, s0);
      s1 = fma(vec4f(a_slice[row + SIDE]), b4, s1);
      s2 = fma(vec4f(a_slice[row + 2u * SIDE]), b4, s2);
      s3 = fma(vec4f(a_slice[row + 3u * SIDE]), b4, s3);
    }
    workgroupBarrier();
  }

  let row = first_row + thread.y;
  let column = first_column + thread.x;
  store_row(tile.z, row, column, s0);
  store_row(tile.z, row + SIDE, column, s1);
  store_row(tile.z, row + 2u * SIDE, column, s2);
  store_row(tile.z, row + 3u * SIDE, column, s3);
}
