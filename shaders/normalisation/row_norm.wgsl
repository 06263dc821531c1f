// Layer norm and group norm: each row by its own mean and variance, forward and backward.
//
//   xhat = (x - mean) / sqrt(variance + eps)      y = gamma xhat + beta
//
//   dx = (g - mean(g) - xhat mean(g xhat)) / sqrt(variance + eps)      with g = gamma dy; means over the row
//   dbeta = sum dy         dgamma = sum dy xhat                        over all that one number of gamma scales
//
// x, y and their gradients are [batch, groups, channels, positions]. A row is all that one of the batch * groups has, and gamma and
// beta are [groups, channels]. In layer norm groups and positions are 1, and the channels are the elements of a row.
//
// LANES neighbouring threads share a row, and what theirs come to meets in workgroup memory, in an order that never changes. A row is
// read twice for its statistics: for its mean, in a sum from which nothing is lost (sums.wgsl), and for the squares of what is left of
// it, which are then as exact.

import package::nan::{is_finite, nan_with, unless_nan};
import package::elementwise::rectify::rectify;
import package::exact::inverse_root;
import super::sums::{Sum, plus, excess_of, quotient_of};

struct Params {
  batch: u32,
  groups: u32,
  channels: u32,
  positions: u32,
  parts: u32, // of the batch, each of which leaves sums for the gradients of gamma and beta
  eps: f32,
  // Always 0, which the compiler does not know: what depends on it is neither simplified nor unrolled.
  nothing: u32,
}

const WORKGROUP: u32 = 256u;
const LANES: u32 = 32u; // a power of two
const TEAMS = WORKGROUP / LANES;
// Is there a gamma, a beta?
const SCALED: bool = true;
const SHIFTED: bool = true;

// How elements of x, y and their gradients are stored. All arithmetic is in single precision.
alias Stored = f32;

// The mean of a row, and 1 / sqrt(variance + eps).
struct Moments {
  mean: f32,
  inverse_deviation: f32,
}

@group(0) @binding(0) var<uniform> params: Params;

fn length_of_row() -> u32 {
  return params.channels * params.positions;
}

// Where in gamma and beta the numbers of a row begin.
fn first_channel(row: u32) -> u32 {
  return row % params.groups * params.channels;
}

var<workgroup> of_thread: array<Sum, WORKGROUP>;

// What the sums of a team's threads come to; each of them gets it.
fn met(mine: Sum, thread: u32) -> Sum {
  of_thread[thread] = mine;
  workgroupBarrier();
  for (var half = LANES / 2u + params.nothing; half > 0u; half /= 2u) {
    if (thread % LANES < half) {
      of_thread[thread] = plus(of_thread[thread], of_thread[thread + half], params.nothing);
    }
    workgroupBarrier();
  }
  let all = of_thread[thread - thread % LANES];
  workgroupBarrier();
  return all;
}

@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read> beta: array<f32>;
@group(0) @binding(3) var<storage, read_write> moments: array<Moments>;
@group(0) @binding(4) var<storage, read> gamma: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn normalise(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let rows = params.batch * params.groups;
  let length = length_of_row();
  let lane = thread % LANES;
  for (var first = group.x * TEAMS; first < rows; first += groups.x * TEAMS) {
    // Teams that have no row take part in the meetings of those that have.
    let row = min(first + thread / LANES, rows - 1u);
    let start = row * length;
    var values = Sum();
    for (var i = lane; i < length; i += LANES) {
      values = plus(values, Sum(f32(x[start + i]), 0.0), params.nothing);
    }
    let total = met(values, thread);
    let mean = quotient_of(total, f32(length));
    var squares = Sum();
    for (var i = lane; i < length; i += LANES) {
      let deviation = f32(x[start + i]) - mean;
      squares = plus(squares, Sum(deviation * deviation, 0.0), params.nothing);
    }
    // The mean is rounded: by that much all deviations are too large, which makes this of their mean square.
    let excess = excess_of(total, f32(length), mean);
    var variance = rectify(quotient_of(met(squares, thread), f32(length)) - excess * excess);
    // An infinite value is infinitely far from all others, and from itself.
    if (!is_finite(mean)) {
      variance = nan_with(0u);
    }
    let squared = variance + params.eps;
    let inverse_deviation = unless_nan(inverse_root(squared), squared);
    let end = select(0u, length, first + thread / LANES < rows);
    if (lane == 0u && end > 0u) {
      moments[row] = Moments(mean, inverse_deviation);
    }
    for (var i = lane; i < end; i += LANES) {
      let channel = first_channel(row) + i / params.positions;
      var result = (f32(x[start + i]) - mean) * inverse_deviation;
      if (SCALED) {
        result *= gamma[channel];
      }
      if (SHIFTED) {
        result += beta[channel];
      }
      y[start + i] = Stored(result);
    }
  }
}

@group(0) @binding(2) var<storage, read> row_moments: array<Moments>;
@group(0) @binding(3) var<storage, read> y_gradient: array<Stored>;
@group(0) @binding(5) var<storage, read_write> x_gradient: array<Stored>;

var<workgroup> pair_of_thread: array<vec2f, WORKGROUP>;

// As `met`, of two sums that may round.
fn pair_met(mine: vec2f, thread: u32) -> vec2f {
  pair_of_thread[thread] = mine;
  workgroupBarrier();
  for (var half = LANES / 2u + params.nothing; half > 0u; half /= 2u) {
    if (thread % LANES < half) {
      pair_of_thread[thread] += pair_of_thread[thread + half];
    }
    workgroupBarrier();
  }
  let both = pair_of_thread[thread - thread % LANES];
  workgroupBarrier();
  return both;
}

// g and xhat of an element.
fn scaled_and_normalised(at: u32, channel: u32, of_row: Moments) -> vec2f {
  var gradient = f32(y_gradient[at]);
  if (SCALED) {
    gradient *= gamma[channel];
  }
  return vec2f(gradient, (f32(x[at]) - of_row.mean) * of_row.inverse_deviation);
}

@compute @workgroup_size(WORKGROUP)
fn input_gradient(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let rows = params.batch * params.groups;
  let length = length_of_row();
  let lane = thread % LANES;
  for (var first = group.x * TEAMS; first < rows; first += groups.x * TEAMS) {
    let row = min(first + thread / LANES, rows - 1u);
    let start = row * length;
    let of_row = row_moments[row];
    var sums = vec2f();
    for (var i = lane; i < length; i += LANES) {
      let each = scaled_and_normalised(start + i, first_channel(row) + i / params.positions, of_row);
      sums += vec2f(each.x, each.x * each.y);
    }
    let means = pair_met(sums, thread) / f32(length);
    let end = select(0u, length, first + thread / LANES < rows);
    for (var i = lane; i < end; i += LANES) {
      let each = scaled_and_normalised(start + i, first_channel(row) + i / params.positions, of_row);
      x_gradient[start + i] = Stored((each.x - means.x - each.y * means.y) * of_row.inverse_deviation);
    }
  }
}

@group(0) @binding(4) var<storage, read_write> gamma_sums: array<f32>;
@group(0) @binding(5) var<storage, read_write> beta_sums: array<f32>;

// The gradients of gamma and beta, from each part of the batch: [parts, groups * channels]. Teams have a channel each: where a channel has
// few positions its lanes are few, and neighbouring threads go along the channels.
@compute @workgroup_size(WORKGROUP)
fn partial_sums(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let channels = params.groups * params.channels;
  let each = (params.batch + params.parts - 1u) / params.parts;
  let begin = min(group.y * each, params.batch);
  let end = min(begin + each, params.batch);
  for (var first = group.x * TEAMS; first < channels; first += groups.x * TEAMS) {
    let channel = min(first + thread / LANES, channels - 1u);
    var sums = vec2f();
    for (var n = begin; n < end; n++) {
      let of_row = row_moments[n * params.groups + channel / params.channels];
      let start = (n * channels + channel) * params.positions;
      for (var i = thread % LANES; i < params.positions; i += LANES) {
        let gradient = f32(y_gradient[start + i]);
        sums += vec2f(gradient * (f32(x[start + i]) - of_row.mean) * of_row.inverse_deviation, gradient);
      }
    }
    let both = pair_met(sums, thread);
    if (thread % LANES == 0u && first + thread / LANES < channels) {
      gamma_sums[group.y * channels + channel] = both.x;
      beta_sums[group.y * channels + channel] = both.y;
    }
  }
}
