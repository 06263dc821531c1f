// Matrix product for hardware: 8 x 8 sums a thread, and four columns of b and c at a time from and to storage.
//
//   c = a b, as matmul_specification.wgsl says
//
// The idea over matmul_register.wgsl: where neighbouring columns are neighbours in memory and come in fours (the positions of an
// image, through a 1 x 1 convolution), storage can be read and written as vec4f: one address and one access for four
// numbers. So here a quad of columns is four next to each other; all else is as there, and explained there. Rows are still
// dealt to the threads one by one, since a, the weights, is small and may be read along either axis.
//
// For products without a window, where b_column and c_column are 1 and the columns, the groups and all other strides and starts
// of b and c are multiples of four (`fits` in src/kernels/products/matmul.ts).
//
// Workgroups: x along columns, y along rows, z along batches. Workgroup memory: up to 8 * (33 + 33) vec4f = 8.25 KiB.

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
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> mask: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> c: array<vec4f>;

// What happens to a sum before it is stored, in this order.
const ROW_BIAS: bool = false; // add bias[row]
const COLUMN_BIAS: bool = false; // add bias[column]
const ACCUMULATE: bool = false; // add what c holds already
const RELU: bool = false; // max(0, .)
const MASK: bool = false; // 0 where the mask, laid out as c, is not above 0

// Neighbouring threads fetch along the summation, or else along the rows of a; of b always along the columns.
const A_ALONG_TERMS: bool = true;

const THREAD_ROWS: u32 = 16u; // 8 or 16
const THREAD_COLUMNS: u32 = 16u; // as many, or twice as many
const THREADS = THREAD_ROWS * THREAD_COLUMNS;
const A_QUADS = 2u * THREAD_ROWS;
const B_QUADS = 2u * THREAD_COLUMNS;
const DEPTH = THREADS / A_QUADS; // terms of the summation a slice: so many that each thread fetches one quad of a
const B_FETCHES = DEPTH * B_QUADS / THREADS; // and so many of b
const B_STEP = DEPTH / B_FETCHES; // terms between them

var<workgroup> a_slice: array<vec4f, DEPTH * (A_QUADS + 1u)>; // [term][quad]
var<workgroup> b_slice: array<vec4f, DEPTH * (B_QUADS + 1u)>;

fn a_place(term: u32, quad: u32) -> u32 {
  return term * (A_QUADS + 1u) + quad;
}

fn b_place(term: u32, quad: u32) -> u32 {
  return term * (B_QUADS + 1u) + quad;
}

// Which quad of a slice a thread fetches: the axis along which neighbouring threads go is the faster one.
struct Fetch {
  term: u32,
  quad: u32,
}

fn fetch_of(index: u32, quads: u32, along_terms: bool) -> Fetch {
  if (along_terms) {
    return Fetch(index % (THREADS / quads), index / (THREADS / quads));
  }
  return Fetch(index / quads, index % quads);
}

// Where a term is in the three levels of the summation.
struct Term {
  outer: u32,
  middle: u32,
  inner: u32,
}

// The term so many further. A division costs as much as a dozen multiply-adds, so only those that leave their block pay it.
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

// Four rows of a quad. Past the edge the last row is read again, and never stored.
fn rows_of(batch: u32, first: u32) -> vec4u {
  let row = min(first + A_QUADS * vec4u(0u, 1u, 2u, 3u), vec4u(params.rows - 1u));
  return params.a_start + batch * params.a_batch + row * params.a_row;
}

// A quad of columns. Past the edge the last one is read again, and never stored.
struct Columns {
  first: u32,
  inside: bool,
  b: u32, // where it is in b, in fours
  c: u32, // and in c
}

fn columns_of(batch: u32, quad: u32) -> Columns {
  let first = min(4u * quad, params.columns - 4u);
  let group = first / params.group;
  let within = first - group * params.group;
  return Columns(
    first,
    first == 4u * quad,
    (params.b_start + batch * params.b_batch + group * params.b_group + within) / 4u,
    (params.c_start + batch * params.c_batch + group * params.c_group + within) / 4u,
  );
}

// Terms past the end are zeros on both sides.
fn load_a(rows: vec4u, term: Term) -> vec4f {
  if (term.outer >= params.outer) {
    return vec4f();
  }
  let at = rows + (term.outer * params.a_outer + term.middle * params.a_middle + term.inner * params.a_inner);
  return vec4f(a[at.x], a[at.y], a[at.z], a[at.w]);
}

fn load_b(columns: Columns, term: Term) -> vec4f {
  if (term.outer >= params.outer) {
    return vec4f();
  }
  return b[columns.b + (term.outer * params.b_outer + term.inner * params.b_inner) / 4u];
}

fn store(columns: Columns, row: u32, sums: vec4f) {
  if (!columns.inside) {
    return;
  }
  let at = columns.c + row * params.c_row / 4u;
  var values = sums;
  if (ROW_BIAS) {
    values += bias[row];
  }
  if (COLUMN_BIAS) {
    let i = columns.first;
    values += vec4f(bias[i], bias[i + 1u], bias[i + 2u], bias[i + 3u]);
  }
  if (ACCUMULATE) {
    values += c[at];
  }
  if (RELU) {
    values = max(values, vec4f());
  }
  if (MASK) {
    values = select(vec4f(), values, mask[at] > vec4f());
  }
  c[at] = values;
}

// One of eight rows' sums.
fn pick(row: u32, s0: vec4f, s1: vec4f, s2: vec4f, s3: vec4f, s4: vec4f, s5: vec4f, s6: vec4f, s7: vec4f) -> vec4f {
  var sums = s0;
  sums = select(sums, s1, row == 1u);
  sums = select(sums, s2, row == 2u);
  sums = select(sums, s3, row == 3u);
  sums = select(sums, s4, row == 4u);
  sums = select(sums, s5, row == 5u);
  sums = select(sums, s6, row == 6u);
  sums = select(sums, s7, row == 7u);
  return sums;
}

@compute @workgroup_size(THREADS)
fn product(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) index: u32) {
  // What this thread fetches.
  let a_fetch = fetch_of(index, A_QUADS, A_ALONG_TERMS);
  let b_fetch = fetch_of(index, B_QUADS, false);
  let first_row = tile.y * 8u * THREAD_ROWS;
  let first_quad = tile.x * B_QUADS;
  let a_rows = rows_of(tile.z, first_row + a_fetch.quad);
  let b_columns = columns_of(tile.z, first_quad + b_fetch.quad);
  var a_term = advance(Term(), a_fetch.term);
  var b_term = advance(Term(), b_fetch.term);

  // What it computes. A wave of 32 threads is 4 rows and 8 columns of them.
  let wave = index / 32u;
  let row = wave / (THREAD_COLUMNS / 8u) * 4u + index % 32u / 8u;
  let column = wave % (THREAD_COLUMNS / 8u) * 8u + index % 8u;

  // The sums of its eight rows, at two quads of columns.
  var left0 = vec4f();
  var left1 = vec4f();
  var left2 = vec4f();
  var left3 = vec4f();
  var left4 = vec4f();
  var left5 = vec4f();
  var left6 = vec4f();
  var left7 = vec4f();
  var right0 = vec4f();
  var right1 = vec4f();
  var right2 = vec4f();
  var right3 = vec4f();
  var right4 = vec4f();
  var right5 = vec4f();
  var right6 = vec4f();
  var right7 = vec4f();

  let terms = params.outer * params.middle * params.inner;
  let slices = (terms + DEPTH - 1u) / DEPTH;
  for (var slice = 0u; slice <= slices; slice++) {
    let next_a = load_a(a_rows, a_term);
    a_term = advance(a_term, DEPTH);
    var next_b: array<vec4f, B_FETCHES>;
    for (var i = 0u; i < B_FETCHES; i++) {
      next_b[i] = load_b(b_columns, b_term);
      b_term = advance(b_term, B_STEP);
    }

    // While those are on their way, the slice before them, if there is one.
    if (slice > 0u) {
      for (var term = 0u; term < DEPTH; term++) {
        let a_even = a_slice[a_place(term, row)];
        let a_odd = a_slice[a_place(term, row + THREAD_ROWS)];
        let b_left = b_slice[b_place(term, column)];
        let b_right = b_slice[b_place(term, column + THREAD_COLUMNS)];
        left0 = fma(vec4f(a_even.x), b_left, left0);
        right0 = fma(vec4f(a_even.x), b_right, right0);
        left1 = fma(vec4f(a_odd.x), b_left, left1);
        right1 = fma(vec4f(a_odd.x), b_right, right1);
        left2 = fma(vec4f(a_even.y), b_left, left2);
        right2 = fma(vec4f(a_even.y), b_right, right2);
        left3 = fma(vec4f(a_odd.y), b_left, left3);
        right3 = fma(vec4f(a_odd.y), b_right, right3);
        left4 = fma(vec4f(a_even.z), b_left, left4);
        right4 = fma(vec4f(a_even.z), b_right, right4);
        left5 = fma(vec4f(a_odd.z), b_left, left5);
        right5 = fma(vec4f(a_odd.z), b_right, right5);
        left6 = fma(vec4f(a_even.w), b_left, left6);
        right6 = fma(vec4f(a_even.w), b_right, right6);
        left7 = fma(vec4f(a_odd.w), b_left, left7);
        right7 = fma(vec4f(a_odd.w), b_right, right7);
      }
    }
    workgroupBarrier();

    a_slice[a_place(a_fetch.term, a_fetch.quad)] = next_a;
    for (var i = 0u; i < B_FETCHES; i++) {
      b_slice[b_place(b_fetch.term + i * B_STEP, b_fetch.quad)] = next_b[i];
    }
    workgroupBarrier();
  }

  let left_columns = columns_of(tile.z, first_quad + column);
  let right_columns = columns_of(tile.z, first_quad + column + THREAD_COLUMNS);
  let last_row = min(first_row + 8u * THREAD_ROWS, params.rows);
  var i = 0u;
  for (var at = first_row + row; at < last_row; at += THREAD_ROWS) {
    store(left_columns, at, pick(i, left0, left1, left2, left3, left4, left5, left6, left7));
    store(right_columns, at, pick(i, right0, right1, right2, right3, right4, right5, right6, right7));
    i++;
  }
}
