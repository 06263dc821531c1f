// Matrix product, the first rung of the ladder: as in a textbook.
//
//   c[row][column] = sum over k of a[row][k] * b[k][column]
//
// a is [rows, inner], b [inner, columns] and c [rows, columns], each stored row after row.
//
// One thread computes one element of c. Workgroups of 16 x 16 threads: x along columns, y along rows; the last ones reach
// beyond the edge of c, where threads have nothing to do.
//
// It is slow because a thread loads two numbers for each multiply-add, and shares none with its neighbours: every element of a
// is loaded by all the threads of its row, `columns` times, and every one of b `rows` times. The rungs above load less often.

alias StoredA = f32;
alias StoredB = f32;
alias StoredC = f32;

struct Params {
  rows: u32,
  columns: u32,
  inner: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<StoredA>;
@group(0) @binding(2) var<storage, read> b: array<StoredB>;
@group(0) @binding(3) var<storage, read_write> c: array<StoredC>;

@compute @workgroup_size(16, 16)
fn product(@builtin(global_invocation_id) thread: vec3u) {
  let row = thread.y;
  let column = thread.x;
  if (row >= params.rows || column >= params.columns) {
    return;
  }
  var sum = 0.0;
  for (var k = 0u; k < params.inner; k++) {
    sum += f32(a[row * params.inner + k]) * f32(b[k * params.columns + column]);
  }
  c[row * params.columns + column] = StoredC(sum);
}
