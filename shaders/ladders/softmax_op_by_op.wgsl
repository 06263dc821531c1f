// Softmax and cross-entropy op by op, as a textbook writes them: the lowest rung of the ladder of softmax.
//
//   largest[n] = max_k z[n, k]      exponentials[n, k] = exp(z[n, k] - largest[n])      sums[n] = sum_k exponentials[n, k]
//   dz[n, k]   = (exponentials[n, k] / sums[n] - [k = label[n]]) / rows
//
// for the mean of the rows' losses. z, exponentials and dz are [rows, classes], all else [rows]. Every line is a launch, and every
// exponential goes to memory and back. Nothing but `dawngrad ladder softmax` runs this: softmax_cross_entropy.wgsl keeps two
// numbers of a row instead.

struct Params {
  rows: u32,
  classes: u32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;

@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read_write> largest: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn find_largest(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var row = thread.x; row < params.rows; row += groups.x * WORKGROUP) {
    var most = logits[row * params.classes];
    for (var k = 1u; k < params.classes; k++) {
      most = max(most, logits[row * params.classes + k]);
    }
    largest[row] = most;
  }
}

@group(0) @binding(2) var<storage, read> largest_of_row: array<f32>;
@group(0) @binding(3) var<storage, read_write> exponentials: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn exponentiate(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.rows * params.classes; i += groups.x * WORKGROUP) {
    exponentials[i] = exp(logits[i] - largest_of_row[i / params.classes]);
  }
}

@group(0) @binding(1) var<storage, read> terms: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn add_up(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var row = thread.x; row < params.rows; row += groups.x * WORKGROUP) {
    var sum = 0.0;
    for (var k = 0u; k < params.classes; k++) {
      sum += terms[row * params.classes + k];
    }
    sums[row] = sum;
  }
}

@group(0) @binding(2) var<storage, read> sum_of_row: array<f32>;
@group(0) @binding(3) var<storage, read> labels: array<u32>;
@group(0) @binding(4) var<storage, read_write> logits_gradient: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn differentiate(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.rows * params.classes; i += groups.x * WORKGROUP) {
    let row = i / params.classes;
    let wanted = select(0.0, 1.0, i - row * params.classes == labels[row]);
    logits_gradient[i] = (terms[i] / sum_of_row[row] - wanted) / f32(params.rows);
  }
}
