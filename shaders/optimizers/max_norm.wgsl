// Rows of a parameter held to a greatest norm, in place.
//
// It is the constraint that maxout nets are trained under (Srebro et al., NIPS 2004; Hinton et al., arXiv:1207.0580).
//
//   row = row min(1, limit / |row|)
//
// parameter is [rows, columns]; a row is all that enters one unit, or one map: the weight of an output in PyTorch's layout. Rows that
// are short enough keep their bits.
//
// Workgroups take rows in turn. Thread t sums the squares of columns t, t + WORKGROUP, and so on; the sums are added up in a tree, in
// the same order each time.

struct Params {
  rows: u32,
  columns: u32,
  limit: f32,
}

const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> parameter: array<f32>;

var<workgroup> squares: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn constrain(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  for (var row = group.x; row < params.rows; row += groups.x) {
    let first = row * params.columns;
    var sum = 0.0;
    for (var column = thread; column < params.columns; column += WORKGROUP) {
      let value = parameter[first + column];
      sum += value * value;
    }
    squares[thread] = sum;
    for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (thread < half) {
        squares[thread] += squares[thread + half];
      }
    }
    workgroupBarrier();
    let norm = sqrt(squares[0]);
    if (norm > params.limit) {
      for (var column = thread; column < params.columns; column += WORKGROUP) {
        parameter[first + column] *= params.limit / norm;
      }
    }
    workgroupBarrier(); // the next row's squares take this one's place
  }
}
