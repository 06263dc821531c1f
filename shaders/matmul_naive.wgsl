// Matrix product, rung 1 of the ladder: the specification.
//
//   c[batch][row][column] = sum over (outer, inner) of a[batch][row][outer, inner] * b[batch][outer, inner][column]
//
// followed by an optional bias and ReLU. Every axis has a stride of its own, so one kernel serves all transposes, and two
// axes come in two levels, which lets a convolution's products run over whole batches without copying:
//   - columns: image (`group`) and position, for the forward pass on [N, C, H, W];
//   - the summation: image (`outer`) and position (`inner`), for the gradient of a weight.
//
// One thread computes one element of c and loads 2 * outer * inner numbers for it. Workgroups: x along columns, y along rows,
// z along batches.

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

@compute @workgroup_size(16, 16)
fn product(@builtin(global_invocation_id) id: vec3u) {
  let row = min(id.y, params.rows - 1u);
  let column = min(id.x, params.columns - 1u);
  let a_base = params.a_start + id.z * params.a_batch + row * params.a_row;
  let b_base = params.b_start + id.z * params.b_batch
    + (column / params.group) * params.b_group + (column % params.group) * params.b_column;
  var sum = 0.0;
  for (var outer = 0u; outer < params.outer; outer++) {
    var i = a_base + outer * params.a_outer;
    var j = b_base + outer * params.b_outer;
    for (var inner = 0u; inner < params.inner; inner++) {
      sum = fma(a[i], b[j], sum);
      i += params.a_inner;
      j += params.b_inner;
    }
  }
  store(id.z, id.y, id.x, sum);
}
