// Matrix product for hardware: a thread keeps 8 x 8 sums in registers.
//
//   c = a b, as matmul_specification.wgsl says
//
// The idea over matmul_tiled.wgsl: what limits a GPU there is not arithmetic but the way to it. A thread with 4 x 4 sums
// reads 8 numbers from workgroup memory for 16 multiply-adds, one with 8 x 8 sums reads 16 for 64, and as vec4f they come
// in four loads. A tile has eight times as many rows and columns as the workgroup has threads along each side, and each
// number from storage serves a whole row or column of it.
//
// The rows of a tile are dealt to its threads like cards: thread r has rows r, r + THREAD_ROWS, r + 2 * THREAD_ROWS, and
// so on; columns likewise. A vec4f in workgroup memory holds a quad, four rows that are 2 * THREAD_ROWS apart. So
// neighbouring threads have neighbouring rows and columns when they fetch, when they add and when they store: storage
// serves them together, and workgroup memory from different banks. Of the 32 threads of a wave, the 8 in a line share the
// rows that they read, and the 4 in a column the columns. A term's line in workgroup memory is one vec4f longer than
// needed, so that threads which write to one line each meet different banks as well.
//
// A slice is DEPTH terms of the summation, of which each thread fetches one quad of a and one or two of b. It fetches the
// next slice before it uses the present one, so that the multiply-adds hide the way to storage. Where its rows and columns
// begin is found once; from slice to slice only the term moves on, by an addition. Neighbouring threads fetch along
// the axis along which the numbers are closer in memory: A_ALONG_TERMS, B_ALONG_TERMS.
//
// What this intends on a processor with 64 K registers and 128 multiply-adds a cycle (nothing here is measured): 64 sums,
// 16 operands, 8 numbers on their way and some thirty places fit in 128 registers, so that two workgroups of 256 threads
// do, and one computes while the other waits at a barrier. For each term a wave issues 64 multiply-adds and 4 loads.
//
// What is written once is compiled once: fetching is written in one place, and storing in a loop that picks the row's sums
// from the variables. Unrolled, the stores would take a software driver twice as long to compile as all the rest.
//
// With HALF the slices are kept in half precision, two numbers to a word: half as many bytes to write, keep and read for every
// multiply-add, while sums, bias and all storage stay f32. It is not the same product then: a half has 11 bits of precision,
// so each operand is off by up to 2^-10 of itself, below 2^-14 perhaps by all of it, and beyond 65504 it is not defined. So
// it is never chosen unless a caller asks for it.
//
// Workgroups: x along columns, y along rows, z along batches. Workgroup memory: up to 8 * (33 + 33) vec4f = 8.25 KiB, or half
// of that; and 4 KiB with ROW_SUMS.

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

// How neighbouring threads fetch: along the summation, or else along the rows of a and along the columns of b.
const A_ALONG_TERMS: bool = true;
const B_ALONG_TERMS: bool = false;

const THREAD_ROWS: u32 = 16u; // 8 or 16
const THREAD_COLUMNS: u32 = 16u; // as many, or twice as many
const THREADS = THREAD_ROWS * THREAD_COLUMNS;
const A_QUADS = 2u * THREAD_ROWS;
const B_QUADS = 2u * THREAD_COLUMNS;
const DEPTH = THREADS / A_QUADS; // terms of the summation a slice: so many that each thread fetches one quad of a
const B_FETCHES = DEPTH * B_QUADS / THREADS; // and so many of b
const B_STEP = DEPTH / B_FETCHES; // terms between them

const HALF: bool = false; // round operands to half precision
const SIZE = DEPTH * (A_QUADS + B_QUADS + 2u);

// [term][quad], of a and then of b. Of either precision; of the other there is one element that nobody touches.
var<workgroup> slices: array<vec4f, select(SIZE, 1u, HALF)>;
var<workgroup> halves: array<vec2u, select(1u, SIZE, HALF)>;

fn place_of_a(term: u32, quad: u32) -> u32 {
  return term * (A_QUADS + 1u) + quad;
}

fn place_of_b(term: u32, quad: u32) -> u32 {
  return DEPTH * (A_QUADS + 1u) + term * (B_QUADS + 1u) + quad;
}

fn put_quad(place: u32, quad: vec4f) {
  if (HALF) {
    halves[place] = vec2u(pack2x16float(quad.xy), pack2x16float(quad.zw));
  } else {
    slices[place] = quad;
  }
}

fn quad_at(place: u32) -> vec4f {
  if (HALF) {
    return vec4f(unpack2x16float(halves[place].x), unpack2x16float(halves[place].y));
  }
  return slices[place];
}

// What each thread fetched of a, added up, [term][quad]: those of the same quad put together what they have.
var<workgroup> shares: array<vec4f, select(1u, THREADS, ROW_SUMS)>;

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

// Where a term is in the three levels of the summation, and in the window.
struct Term {
  outer: u32,
  middle: u32,
  inner: u32,
  line: u32, // middle / middle_width
  place: u32, // middle % middle_width
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
    term.line = term.middle / params.middle_width;
    term.place = term.middle - term.line * params.middle_width;
  }
  return term;
}

// Four rows of a quad. Past the edge the last row is read again, and never stored.
fn rows_of(batch: u32, first: u32) -> vec4u {
  let row = min(first + A_QUADS * vec4u(0u, 1u, 2u, 3u), vec4u(params.rows - 1u));
  return params.a_start + batch * params.a_batch + row * params.a_row;
}

// Four columns of a quad. Past the edge the last column is read again, and never stored.
struct Columns {
  index: vec4u,
  inside: vec4<bool>,
  b: vec4u, // where each starts in b
  y: vec4i, // and in its images, if they are read through a window
  x: vec4i,
  c: vec4u, // and in c
}

fn columns_of(batch: u32, first: u32) -> Columns {
  let unclamped = first + B_QUADS * vec4u(0u, 1u, 2u, 3u);
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
  var at = columns.b + (term.outer * params.b_outer + term.inner * params.b_inner);
  if (!WINDOW) {
    return vec4f(b[at.x], b[at.y], b[at.z], b[at.w]);
  }
  let y = columns.y + i32(term.line) * params.middle_y;
  let x = columns.x + (i32(term.place) * params.middle_x + i32(term.inner) * params.inner_x);
  // As u32, what is above or left of the image is far below or right of it.
  let inside = (vec4u(y) < vec4u(params.height)) & (vec4u(x) < vec4u(params.width));
  at = select(vec4u(), at + vec4u(y) * params.width + vec4u(x), inside);
  return select(vec4f(), vec4f(b[at.x], b[at.y], b[at.z], b[at.w]), inside);
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
  let b_fetch = fetch_of(index, B_QUADS, B_ALONG_TERMS);
  let first_row = tile.y * 8u * THREAD_ROWS;
  let first_column = tile.x * 8u * THREAD_COLUMNS;
  let a_rows = rows_of(tile.z, first_row + a_fetch.quad);
  let b_columns = columns_of(tile.z, first_column + b_fetch.quad);
  var a_term = advance(Term(), a_fetch.term);
  var b_term = advance(Term(), b_fetch.term);

  // What it computes. A wave of 32 threads is 4 rows and 8 columns of them.
  let wave = index / 32u;
  let row = wave / (THREAD_COLUMNS / 8u) * 4u + index % 32u / 8u;
  let column = wave % (THREAD_COLUMNS / 8u) * 8u + index % 8u;

  // The sums of its eight rows, at four columns that are even numbers of THREAD_COLUMNS away, and at four odd ones.
  var e0 = vec4f();
  var e1 = vec4f();
  var e2 = vec4f();
  var e3 = vec4f();
  var e4 = vec4f();
  var e5 = vec4f();
  var e6 = vec4f();
  var e7 = vec4f();
  var o0 = vec4f();
  var o1 = vec4f();
  var o2 = vec4f();
  var o3 = vec4f();
  var o4 = vec4f();
  var o5 = vec4f();
  var o6 = vec4f();
  var o7 = vec4f();
  var share = vec4f(); // what it fetches of a, added up

  let terms = params.outer * params.middle * params.inner;
  let slices = (terms + DEPTH - 1u) / DEPTH;
  for (var slice = 0u; slice <= slices; slice++) {
    let next_a = load_a(a_rows, a_term);
    if (ROW_SUMS) {
      share += next_a;
    }
    a_term = advance(a_term, DEPTH);
    var next_b: array<vec4f, B_FETCHES>;
    for (var i = 0u; i < B_FETCHES; i++) {
      next_b[i] = load_b(b_columns, b_term);
      b_term = advance(b_term, B_STEP);
    }

    // While those are on their way, the slice before them, if there is one.
    if (slice > 0u) {
      for (var term = 0u; term < DEPTH; term++) {
        let a_even = quad_at(place_of_a(term, row));
        let a_odd = quad_at(place_of_a(term, row + THREAD_ROWS));
        let b_even = quad_at(place_of_b(term, column));
        let b_odd = quad_at(place_of_b(term, column + THREAD_COLUMNS));
        e0 = fma(vec4f(a_even.x), b_even, e0);
        o0 = fma(vec4f(a_even.x), b_odd, o0);
        e1 = fma(vec4f(a_odd.x), b_even, e1);
        o1 = fma(vec4f(a_odd.x), b_odd, o1);
        e2 = fma(vec4f(a_even.y), b_even, e2);
        o2 = fma(vec4f(a_even.y), b_odd, o2);
        e3 = fma(vec4f(a_odd.y), b_even, e3);
        o3 = fma(vec4f(a_odd.y), b_odd, o3);
        e4 = fma(vec4f(a_even.z), b_even, e4);
        o4 = fma(vec4f(a_even.z), b_odd, o4);
        e5 = fma(vec4f(a_odd.z), b_even, e5);
        o5 = fma(vec4f(a_odd.z), b_odd, o5);
        e6 = fma(vec4f(a_even.w), b_even, e6);
        o6 = fma(vec4f(a_even.w), b_odd, o6);
        e7 = fma(vec4f(a_odd.w), b_even, e7);
        o7 = fma(vec4f(a_odd.w), b_odd, o7);
      }
    }
    workgroupBarrier();

    put_quad(place_of_a(a_fetch.term, a_fetch.quad), next_a);
    for (var i = 0u; i < B_FETCHES; i++) {
      put_quad(place_of_b(b_fetch.term + i * B_STEP, b_fetch.quad), next_b[i]);
    }
    workgroupBarrier();
  }

  let even_columns = columns_of(tile.z, first_column + column);
  let odd_columns = columns_of(tile.z, first_column + column + THREAD_COLUMNS);
  let last_row = min(first_row + 8u * THREAD_ROWS, params.rows);
  var i = 0u;
  for (var at = first_row + row; at < last_row; at += THREAD_ROWS) {
    store(even_columns, at, pick(i, e0, e1, e2, e3, e4, e5, e6, e7));
    store(odd_columns, at, pick(i, o0, o1, o2, o3, o4, o5, o6, o7));
    i++;
  }

  if (!ROW_SUMS || tile.x > 0u) {
    return;
  }
  shares[a_fetch.term * A_QUADS + a_fetch.quad] = share;
  workgroupBarrier();
  if (index < A_QUADS) {
    var total = vec4f();
    for (var term = 0u; term < DEPTH; term++) {
      total += shares[term * A_QUADS + index];
    }
    for (var at = first_row + index; at < last_row; at += A_QUADS) {
      c[params.row_sums_start + tile.z * params.rows + at] = total.x;
      total = total.yzwx;
    }
  }
}
