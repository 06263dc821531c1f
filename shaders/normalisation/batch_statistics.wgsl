// Mean and variance of each channel of a batch, as near as single precision holds them, from one reading of x.
//
//   mean = sum x / M       variance = sum (x - pivot)^2 / M - (mean - pivot)^2       over a channel's M values
//
// Where the mean is large beside the deviation, what is rounded away in a plain sum is large beside every x - mean. So each
// addition also finds what it rounded away (Knuth's two-sum), and the sum of that is kept beside the sum: mean and variance are then
// off by their last rounding alone.
//
// Any pivot would do, were it not for rounding too: the mean of squares less the square of the mean loses every digit where the
// mean is large. The mean itself would need another reading of x. So the pivot is the mean of a sample, eight quads from all over
// the channel; with 32 values in it the squares are too large by a thirtieth, as a rule.
//
// x is dealt out as channels.wgsl says. `partial_statistics` leaves sums for each part of each channel: [channels, parts].
// `statistics` ends them: a workgroup has a channel, its threads some parts each, and these meet in workgroup memory, in an order
// that never changes. `statistics_and_running` also moves the running statistics towards the batch's, in place; the running
// variance is the unbiased one, divided by M - 1.

import package::nan::{is_finite, nan_with};
import package::elementwise::rectify::rectify;
import super::sums::{Sum, Sums, plus, plus_quad, in_one, excess_of, quotient_of};
import super::channels::{
  WORKGROUP, FINISHING, MEETING, Stored, params, Place, quads_of_plane, stretch_of, place_of, next_place, quad_at
};

// What a part of a channel comes to: sums of x and of (x - pivot)^2.
struct Part {
  pivot: f32,
  values: Sum,
  squares: Sum,
}

fn both(one: Part, other: Part) -> Part {
  return Part(one.pivot, plus(one.values, other.values, params.nothing), plus(one.squares, other.squares, params.nothing));
}

@group(0) @binding(1) var<storage, read> x: array<vec4<Stored>>;
@group(0) @binding(2) var<storage, read_write> partial: array<Part>;

var<workgroup> of_thread: array<Part, WORKGROUP>;

const SAMPLE: u32 = 8u;

// The mean of a sample of the channel; 0 where it is infinite or NaN.
fn pivot_of(channel: u32) -> f32 {
  var sums = vec4f();
  var counts = vec4f();
  // A GPU has all of them under way at once. A software driver would take seconds to compile that.
  let end = select(SAMPLE + params.nothing, SAMPLE, MEETING);
  for (var i = 0u; i < end; i++) {
    let place = Place(i * params.batch / SAMPLE, i * quads_of_plane() / SAMPLE);
    let quad = quad_at(place, channel);
    sums += select(vec4f(), vec4f(x[quad.at]), quad.mine);
    counts += select(vec4f(), vec4f(1.0), quad.mine);
  }
  let mean = dot(sums, vec4f(1.0)) / max(dot(counts, vec4f(1.0)), 1.0);
  return select(0.0, mean, is_finite(mean));
}

@compute @workgroup_size(WORKGROUP)
fn partial_statistics(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let stretch = stretch_of(group.y);
  for (var channel = group.x; channel < params.channels; channel += groups.x) {
    let pivot = pivot_of(channel);
    var values = Sums();
    var squares = Sums();
    var place = place_of(stretch.first + thread);
    for (var i = stretch.first + thread; i < stretch.end; i += WORKGROUP) {
      let quad = quad_at(place, channel);
      let value = vec4f(x[quad.at]);
      let deviation = select(vec4f(), value - pivot, quad.mine);
      values = plus_quad(values, select(vec4f(), value, quad.mine), params.nothing);
      squares = plus_quad(squares, deviation * deviation, params.nothing);
      place = next_place(place);
    }
    let mine = Part(pivot, in_one(values, params.nothing), in_one(squares, params.nothing));
    let part = channel * params.parts + group.y;
    if (!MEETING) {
      partial[part * WORKGROUP + thread] = mine;
      continue;
    }
    of_thread[thread] = mine;
    workgroupBarrier();
    for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
      if (thread < half) {
        of_thread[thread] = both(of_thread[thread], of_thread[thread + half]);
      }
      workgroupBarrier();
    }
    if (thread == 0u) {
      partial[part] = of_thread[0];
    }
    workgroupBarrier();
  }
}

@group(0) @binding(1) var<storage, read> partials: array<Part>;
@group(0) @binding(2) var<storage, read_write> mean: array<f32>;
@group(0) @binding(3) var<storage, read_write> variance: array<f32>;
@group(0) @binding(4) var<storage, read_write> running_mean: array<f32>;
@group(0) @binding(5) var<storage, read_write> running_variance: array<f32>;

var<workgroup> of_part: array<Part, FINISHING>;

// Mean and variance of a channel.
struct Moments {
  mean: f32,
  variance: f32,
}

// One thread of a workgroup stores the moments of a channel and returns them; the others return nothing of use.
fn finish(channel: u32, thread: u32) -> Moments {
  var mine = Part();
  for (var part = thread; part < params.parts; part += FINISHING) {
    mine = both(mine, partials[channel * params.parts + part]);
  }
  of_part[thread] = mine;
  workgroupBarrier();
  for (var half = FINISHING / 2u + params.nothing; half > 0u; half /= 2u) {
    if (thread < half) {
      of_part[thread] = both(of_part[thread], of_part[thread + half]);
    }
    workgroupBarrier();
  }
  if (thread != 0u) {
    return Moments();
  }
  let count = f32(params.batch * params.length);
  let total = of_part[0];
  // By how much the squares are too large, for all of them.
  let excess = excess_of(total.values, count, partials[channel * params.parts].pivot);
  let squares = Sum(total.squares.sum, total.squares.rest - count * excess * excess);
  // Where all values are the same, what is left may round to less than 0.
  var moments = Moments(quotient_of(total.values, count), rectify(quotient_of(squares, count)));
  // An infinite value is infinitely far from all others, and from itself.
  if (!is_finite(moments.mean)) {
    moments.variance = nan_with(0u);
  }
  mean[channel] = moments.mean;
  variance[channel] = moments.variance;
  return moments;
}

@compute @workgroup_size(FINISHING)
fn statistics(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  for (var channel = group.x; channel < params.channels; channel += groups.x) {
    _ = finish(channel, thread);
    workgroupBarrier();
  }
}

@compute @workgroup_size(FINISHING)
fn statistics_and_running(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  for (var channel = group.x; channel < params.channels; channel += groups.x) {
    let moments = finish(channel, thread);
    if (thread == 0u) {
      let count = f32(params.batch * params.length);
      let unbiased = moments.variance + moments.variance / (count - 1.0);
      let keep = 1.0 - params.momentum;
      running_mean[channel] = keep * running_mean[channel] + params.momentum * moments.mean;
      running_variance[channel] = keep * running_variance[channel] + params.momentum * unbiased;
    }
    workgroupBarrier();
  }
}
