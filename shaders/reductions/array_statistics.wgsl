// What the numbers of an array are like: how many are finite, how many 0, their mean, their spread, the least and the most.
//
//   finite  = elements that are neither infinite nor NaN: the others count for nothing else
//   zeros   = those that are 0
//   mean    = sum x / finite
//   squares = sum (x - mean)^2
//
// x is flat, `size` long; its elements are dealt to `threads` threads in turn, each of which leaves the statistics of its own in
// `parts`. The host joins these, in double precision: nothing has to wait for anything.
//
// A thread takes one number after the other into its mean and squares (Welford, 1962), so that squares do not lose their digits
// where the mean is large beside the spread, as a sum of squares would.

import package::nan::is_finite;

alias Stored = f32;

struct Params {
  size: u32,
  threads: u32,
}

// The statistics of the elements of a thread; of no use where none is finite, but for that.
struct Part {
  finite: u32,
  zeros: u32,
  mean: f32,
  squares: f32,
  least: f32,
  most: f32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read_write> parts: array<Part>;

@compute @workgroup_size(WORKGROUP)
fn gather(@builtin(global_invocation_id) thread: vec3u) {
  if (thread.x >= params.threads) {
    return;
  }
  var part = Part();
  for (var i = thread.x; i < params.size; i += params.threads) {
    let value = f32(x[i]);
    if (!is_finite(value)) {
      continue;
    }
    let first = part.finite == 0u;
    part.finite += 1u;
    part.zeros += u32(value == 0.0);
    let apart = value - part.mean;
    part.mean += apart / f32(part.finite);
    part.squares += apart * (value - part.mean);
    part.least = select(min(part.least, value), value, first);
    part.most = select(max(part.most, value), value, first);
  }
  parts[thread.x] = part;
}
