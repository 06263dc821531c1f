// Softmax and cross-entropy in one, row by row, with a count of the right answers.
//
//   m[n] = max_k z[n, k]     s[n] = sum_k exp(z[n, k] - m[n])
//   loss[n]    = log s[n] + m[n] - z[n, label[n]]
//   correct[n] = 1 where label[n] is the first k with z[n, k] = m[n], else 0
//   dz[n, k]   = dloss / rows * (exp(z[n, k] - m[n]) / s[n] - [k = label[n]])      for the mean of loss over the rows
//
// z is [rows, classes]; label, loss and correct are [rows]; statistics is [rows, 2], a row's m and s; dloss is one number,
// read on the device. Subtracting m keeps exp from overflowing; m and s stay apart because in m + log s a large m would
// round log s away. A label that is not a class makes its row count for nothing: loss 0, not correct, gradient 0; nothing is
// ever read outside the row.
//
// Forward, rows are dealt to the threads in turn (linearGrid in src/kernels/kernel.ts), and a thread walks each twice, for the
// maximum and for the sum: rows are short (10 or 100 classes) and there is nothing to share. Backward, elements are dealt to them;
// a row's statistics save a thread from walking the row again.

struct Params {
  rows: u32,
  classes: u32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;
@group(0) @binding(4) var<storage, read_write> correct: array<f32>;
@group(0) @binding(5) var<storage, read_write> statistics: array<vec2f>;

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var row = thread.x; row < params.rows; row += groups.x * WORKGROUP) {
    let first = row * params.classes;
    var largest = logits[first];
    var prediction = 0u;
    for (var k = 1u; k < params.classes; k++) {
      let logit = logits[first + k];
      if (logit > largest) {
        largest = logit;
        prediction = k;
      }
    }
    var sum = 0.0;
    for (var k = 0u; k < params.classes; k++) {
      sum += exp(logits[first + k] - largest);
    }
    statistics[row] = vec2f(largest, sum);

    let label = labels[row];
    correct[row] = select(0.0, 1.0, label == prediction);
    loss[row] = 0.0;
    if (label < params.classes) {
      loss[row] = log(sum) + (largest - logits[first + label]);
    }
  }
}

@group(0) @binding(3) var<storage, read> saved_statistics: array<vec2f>;
@group(0) @binding(4) var<storage, read> loss_gradient: array<f32>;
@group(0) @binding(5) var<storage, read_write> logits_gradient: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.rows * params.classes; i += groups.x * WORKGROUP) {
    let row = i / params.classes;
    let label = labels[row];
    let saved = saved_statistics[row];
    let probability = exp(logits[i] - saved.x) / saved.y;
    let target_probability = select(0.0, 1.0, i - row * params.classes == label);
    let gradient = loss_gradient[0] / f32(params.rows) * (probability - target_probability);
    logits_gradient[i] = select(0.0, gradient, label < params.classes);
  }
}
