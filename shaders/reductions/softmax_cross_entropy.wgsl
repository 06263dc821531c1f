// Softmax and cross-entropy in one, row by row, with a count of the right answers.
//
//   m[n] = max_k z[n, k]     s[n] = sum_k exp(z[n, k] - m[n])
//   loss[n]    = log s[n] + m[n] - z[n, label[n]]
//   correct[n] = 1 where label[n] is the first k with z[n, k] = m[n], else 0
//   dz[n, k]   = dloss / rows * (exp(z[n, k] - m[n]) / s[n] - [k = label[n]])      for the mean of loss over the rows
//
// z is [rows, classes]; label, loss and correct are [rows]; statistics is [rows, 2], a row's m and s; dloss is one number,
// read on the device. Subtracting m keeps exp from overflowing; m and s stay apart because in m + log s a large m would
// round log s away. A NaN among the logits is the largest of them, and makes its row NaN. So does a label that is not a class;
// nothing is ever read outside the row. With IGNORING a row with the label `ignored` costs nothing, is not correct, has no gradient,
// and is not counted among the rows.
//
// With SMOOTHING a row is to hold its label for right with 1 - smoothing only, and every class, that one too, with its share of the
// rest (Szegedy et al., CVPR 2016, section 7; PyTorch's label_smoothing). With e = smoothing and K classes
//
//   loss[n]  = log s[n] + m[n] - (1 - e) z[n, label[n]] - e/K sum_k z[n, k]
//   dz[n, k] = dloss / rows * (exp(z[n, k] - m[n]) / s[n] - (1 - e) [k = label[n]] - e/K)
//
// With WEIGHTED classes count as much as their weights w say: PyTorch's class weights. A row counts as much as the class of its label,
//
//   loss[n]  = (1 - e) w[label[n]] l[n, label[n]] + e/K sum_k w[k] l[n, k]        with l[n, k] = log s[n] + m[n] - z[n, k]
//   dz[n, k] = dloss * ((sum_j q[n, j]) exp(z[n, k] - m[n]) / s[n] - q[n, k])     q[n, k] = (1 - e) w[k] [k = label[n]] + e/K w[k]
//
// and the mean divides by the sum of what the rows count. With EACH there is a dloss for each row, not one for all.
//
// Forward, rows are dealt to the threads in turn (linearGrid in src/kernels/kernel.ts), and a thread walks each twice, for the
// maximum and for the sum: rows are short (10 or 100 classes) and there is nothing to share. Backward, elements are dealt to them;
// a row's statistics save a thread from walking the row again.

import package::nan::{is_finite, is_nan, nan_with, unless_nan};

alias Stored = f32; // of the logits and their gradient

struct Params {
  rows: u32,
  classes: u32,
  ignored: u32,
  // Rows that dloss is to be divided by: 1 where it was divided before, by those that count.
  divisor: u32,
  // The share of a row's probability that is spread over all classes.
  smoothing: f32,
}

const WORKGROUP: u32 = 256u;
const IGNORING: bool = false; // leave rows out whose label is params.ignored
const SMOOTHING: bool = false; // spread params.smoothing of the target over all classes
const WEIGHTED: bool = false; // classes have weights
const EACH: bool = false; // each row has a gradient of its own

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> logits: array<Stored>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;
@group(0) @binding(4) var<storage, read_write> correct: array<f32>;
@group(0) @binding(5) var<storage, read_write> statistics: array<vec2f>;

@group(0) @binding(6) var<storage, read> weight: array<f32>; // of each class

fn exp_of(x: f32) -> f32 {
  return unless_nan(exp(x), x);
}

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var row = thread.x; row < params.rows; row += groups.x * WORKGROUP) {
    let first = row * params.classes;
    var largest = f32(logits[first]);
    var prediction = 0u;
    for (var k = 1u; k < params.classes; k++) {
      let logit = f32(logits[first + k]);
      if (!is_nan(largest) && (logit > largest || is_nan(logit))) {
        largest = logit;
        prediction = k;
      }
    }
    var sum = 0.0;
    var distance = 0.0; // from the largest logit, of all together
    var total_weight = 0.0;
    for (var k = 0u; k < params.classes; k++) {
      let logit = f32(logits[first + k]);
      sum += exp_of(logit - largest);
      if (SMOOTHING && WEIGHTED) {
        distance += weight[k] * (largest - logit);
        total_weight += weight[k];
      } else if (SMOOTHING) {
        distance += largest - logit;
      }
    }
    statistics[row] = vec2f(largest, sum);

    let label = labels[row];
    let left_out = IGNORING && label == params.ignored;
    correct[row] = select(0.0, 1.0, label == prediction && !left_out);
    if (left_out) {
      loss[row] = 0.0;
    } else if (label < params.classes && WEIGHTED) {
      let logarithm = unless_nan(log(sum), sum);
      loss[row] = weight[label] * (logarithm + (largest - f32(logits[first + label])));
      if (SMOOTHING) {
        let spread = (total_weight * logarithm + distance) / f32(params.classes);
        loss[row] = (1.0 - params.smoothing) * loss[row] + params.smoothing * spread;
      }
    } else if (label < params.classes) {
      var below = largest - f32(logits[first + label]);
      if (SMOOTHING) {
        below = (1.0 - params.smoothing) * below + params.smoothing * (distance / f32(params.classes));
      }
      loss[row] = unless_nan(log(sum), sum) + below;
    } else {
      loss[row] = nan_with(label);
    }
  }
}

@group(0) @binding(3) var<storage, read> saved_statistics: array<vec2f>;
@group(0) @binding(4) var<storage, read> loss_gradient: array<f32>;
@group(0) @binding(5) var<storage, read_write> logits_gradient: array<Stored>;
@group(0) @binding(7) var<storage, read> sum_of_weights: array<f32>;

// How much of a row's probability is wanted of all classes together: 1, but for weights.
fn mass_of(label: u32) -> f32 {
  if (!WEIGHTED) {
    return 1.0;
  }
  let of_label = weight[min(label, params.classes - 1u)];
  if (!SMOOTHING) {
    return of_label;
  }
  return (1.0 - params.smoothing) * of_label + params.smoothing * (sum_of_weights[0] / f32(params.classes));
}

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.rows * params.classes; i += groups.x * WORKGROUP) {
    let row = i / params.classes;
    let label = labels[row];
    let left_out = IGNORING && label == params.ignored;
    let saved = saved_statistics[row];
    let probability = exp_of(f32(logits[i]) - saved.x) / saved.y;
    let is_target = i - row * params.classes == label && !left_out;
    let its_gradient = loss_gradient[select(0u, row, EACH)];
    let row_gradient = select(its_gradient / f32(params.divisor), 0.0, left_out);
    var wanted = select(0.0, 1.0, is_target);
    if (SMOOTHING) {
      wanted = (1.0 - params.smoothing) * wanted + params.smoothing / f32(params.classes);
    }
    if (WEIGHTED) {
      wanted *= weight[i - row * params.classes];
    }
    let gradient = row_gradient * (mass_of(label) * probability - wanted);
    // PyTorch takes one infinity from another at the target of an infinite dloss; with smoothing every class is one.
    let known = (left_out || label < params.classes) && (is_finite(row_gradient) || !(is_target || SMOOTHING));
    logits_gradient[i] = Stored(select(nan_with(label), gradient, known));
  }
}

@group(0) @binding(1) var<storage, read> all_labels: array<u32>;
@group(0) @binding(2) var<storage, read_write> counted: array<f32>;
@group(0) @binding(3) var<storage, read> class_weight: array<f32>;

// How much each row counts: 1, or its class's weight, or 0 where it is ignored. The mean divides by the sum.
@compute @workgroup_size(WORKGROUP)
fn count(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var row = thread.x; row < params.rows; row += groups.x * WORKGROUP) {
    let label = all_labels[row];
    var counts = 1.0;
    if (WEIGHTED && label < params.classes) {
      counts = class_weight[label];
    }
    counted[row] = select(counts, 0.0, IGNORING && label == params.ignored);
  }
}
