// Matrix product for hardware: a workgroup of 16 x 16 threads computes a tile of 64 x 64 through workgroup memory.
//
//   c = a b, as matmul_specification.wgsl says
//
// Along the summation, in slices of DEPTH: the threads load a 64 x DEPTH slice of a and a DEPTH x 64 slice of b once,
// wait, and then each thread updates its own 4 x 4 sums from workgroup memory: 8 loads for 16 multiply-adds, and each
// number from storage serves 64 threads. A thread's rows and columns are 16 apart, so that neighbouring threads read
// neighbouring words (no bank conflicts) and store contiguous columns. Past the edges the slices are filled with zeros.
//
// The three levels of the summation are walked as one axis of terms, so short inner blocks fill slices too. A thread fetches
// one term of a slice of a, and one column of b: what takes divisions is found once, or once in a block.
//
// Workgroups: x along columns, y along rows, z along batches. Workgroup memory: 2 * 64 * DEPTH floats = 4 KiB.

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

const TILE: u32 = 64u; // rows and columns of c a workgroup
const DEPTH: u32 = 8u; // terms of the summation a slice
const SIDE: u32 = 16u; // threads along each side of the workgroup

// The four columns of a thread, 16 apart.
struct Columns {
  index: vec4u,
  inside: vec4<bool>,
  c: vec4u, // where each starts in c
}

fn columns_of(batch: u32, first: u32) -> Columns {
  let index = vec4u(first, first + SIDE, first + 2u * SIDE, first + 3u * SIDE);
  let group = index / params.group;
  let within = index % params.group;
  return Columns(
    index,
    index < vec4u(params.columns),
    params.c_start + batch * params.c_batch + group * params.c_group + within * params.c_column,
  );
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

var<workgroup> a_slice: array<f32, DEPTH * TILE>; // [depth][row]
var<workgroup> b_slice: array<f32, DEPTH * TILE>; // [depth][column]

// Where a term is in the three levels of the summation.
struct Term {
  outer: u32,
  middle: u32,
  inner: u32,
}

// The term so many further.
fn advance(start: Term, terms: u32) -> Term {
  var term = start;
  term.inner += terms;
  if (term.inner >= params.inner) {
    let blocks = term.inner / params.inner;
    term.inner -= blocks * params.inner;
    term.middle += blocks;
    term.outer += term.middle / params.middle;
    term.middle %= params.middle;
  }
  return term;
}

// Past the end of the summation there are zeros on both sides.
fn load_a(batch: u32, row: u32, term: Term) -> f32 {
  if (row >= params.rows || term.outer >= params.outer) {
    return 0.0;
  }
  return a[params.a_start + batch * params.a_batch + row * params.a_row
    + term.outer * params.a_outer + term.middle * params.a_middle + term.inner * params.a_inner];
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
  if (!WINDOW) {
    return b[at];
  }
  let y = column.y + i32(term.middle / params.middle_width) * params.middle_y;
  let x = column.x + i32(term.middle % params.middle_width) * params.middle_x + i32(term.inner) * params.inner_x;
  // As u32, what is above or left of the image is far below or right of it.
  if (u32(y) >= params.height || u32(x) >= params.width) {
    return 0.0;
  }
  return b[at + u32(y) * params.width + u32(x)];
}

@compute @workgroup_size(SIDE, SIDE)
fn product(
  @builtin(workgroup_id) tile: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
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

  let columns = columns_of(tile.z, first_column + thread.x);
  // In a loop, since what is written once is compiled once.
  let last_row = min(first_row + TILE, params.rows);
  var of_row = s0;
  for (var row = first_row + thread.y; row < last_row; row += SIDE) {
    store(columns, row, of_row);
    of_row = select(s1, select(s2, s3, row >= first_row + 2u * SIDE), row >= first_row + SIDE);
    if (ROW_SUMS && tile.x == 0u && thread.x == 0u) {
      c[params.row_sums_start + tile.z * params.rows + row] = a_sums.x;
      a_sums = a_sums.yzwx;
    }
  }
}
