// Means over each channel of a batch, of x and of (x - mean)^2, as near as single precision holds them: mean and variance.
//
// x is [batch, channels, length], where length counts the rows and columns of an image as one axis; mean and variance are
// [channels], partial sums [rows, channels, columns].
//
// Where the mean is large beside the deviation, what is rounded away in a plain sum is large beside every x - mean. So each
// addition also finds what it rounded away (Knuth's two-sum), and the sum of that is kept beside the sum. The mean is then off by
// its last rounding alone, and so is the variance, for which x is read a second time: the mean of squares less the square of the
// mean would need one reading only, and loses every digit where the mean is large.
//
// A partial sum is one thread's: it takes every rows-th image and in each every columns-th position, so that neighbouring threads
// read neighbouring addresses; where there are more than threads, they are dealt to the threads in turn (linearGrid in
// src/kernels/kernel.ts). `mean_of` ends both sums: a workgroup has a channel, its threads some partial sums each, and these meet
// in workgroup memory, in an order that never changes.

import package::nan::is_finite;

struct Params {
  batch: u32,
  channels: u32,
  length: u32,
  rows: u32,
  columns: u32,
  // Always 0, which the compiler does not know.
  nothing: u32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;

// A sum, and what was rounded away on the way to it.
struct Sum {
  sum: f32,
  rest: f32,
}

// A number as it was rounded. Compilers may take (a + b) - a for b, which it is not; from here they cannot see where it came from.
fn as_rounded(number: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(number) ^ params.nothing);
}

fn plus(one: Sum, other: Sum) -> Sum {
  let sum = as_rounded(one.sum + other.sum);
  let added = as_rounded(sum - one.sum);
  let lost = (one.sum - (sum - added)) + (other.sum - added);
  return Sum(sum, one.rest + other.rest + lost);
}

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> partial_sums: array<f32>;
@group(0) @binding(3) var<storage, read_write> partial_rests: array<f32>;
@group(0) @binding(4) var<storage, read> mean: array<f32>;

// Partial sums of x.
@compute @workgroup_size(WORKGROUP)
fn values(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.rows * params.channels * params.columns; i += groups.x * WORKGROUP) {
    let plane = i / params.columns;
    let channel = plane % params.channels;
    var total = Sum();
    for (var n = plane / params.channels; n < params.batch; n += params.rows) {
      let first = (n * params.channels + channel) * params.length;
      for (var l = i % params.columns; l < params.length; l += params.columns) {
        total = plus(total, Sum(x[first + l], 0.0));
      }
    }
    partial_sums[i] = total.sum;
    partial_rests[i] = total.rest;
  }
}

// Partial sums of (x - mean)^2.
@compute @workgroup_size(WORKGROUP)
fn squared_deviations(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.rows * params.channels * params.columns; i += groups.x * WORKGROUP) {
    let plane = i / params.columns;
    let channel = plane % params.channels;
    let channel_mean = mean[channel];
    var total = Sum();
    for (var n = plane / params.channels; n < params.batch; n += params.rows) {
      let first = (n * params.channels + channel) * params.length;
      for (var l = i % params.columns; l < params.length; l += params.columns) {
        let deviation = x[first + l] - channel_mean;
        total = plus(total, Sum(deviation * deviation, 0.0));
      }
    }
    partial_sums[i] = total.sum;
    partial_rests[i] = total.rest;
  }
}

@group(0) @binding(1) var<storage, read> sums: array<f32>;
@group(0) @binding(2) var<storage, read> rests: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

// The first half of a number's digits. The product of two halves is exact.
fn first_half(number: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(number) & 0xfffff000u);
}

// A sum over a count, rounded once: what a division leaves counts too.
fn quotient_of(total: Sum, count: f32) -> f32 {
  let quotient = total.sum / count;
  // What an infinity left on its way is NaN.
  if (!is_finite(quotient)) {
    return quotient;
  }
  let q = vec2f(first_half(quotient), quotient - first_half(quotient));
  let n = vec2f(first_half(count), count - first_half(count));
  let left = (((total.sum - q.x * n.x) - q.x * n.y) - q.y * n.x) - q.y * n.y;
  return quotient + (left + total.rest) / count;
}

const THREADS: u32 = 64u;

var<workgroup> of_thread: array<Sum, THREADS>;

@compute @workgroup_size(THREADS)
fn mean_of(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  for (var channel = group.x; channel < params.channels; channel += groups.x) {
    var total = Sum();
    for (var i = thread; i < params.rows * params.columns; i += THREADS) {
      let row = i / params.columns;
      let at = (row * params.channels + channel) * params.columns + i - row * params.columns;
      total = plus(total, Sum(sums[at], rests[at]));
    }
    of_thread[thread] = total;
    workgroupBarrier();
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
      if (thread < half) {
        of_thread[thread] = plus(of_thread[thread], of_thread[thread + half]);
      }
      workgroupBarrier();
    }
    if (thread == 0u) {
      result[channel] = quotient_of(of_thread[0], f32(params.batch * params.length));
    }
    workgroupBarrier();
  }
}
