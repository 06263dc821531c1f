// How far two arrays are apart at the place where they are the farthest.
//
//   worst[t] = max |x[i] - y[i]| over the elements i that are dealt to thread t
//
// as the bits of that number: those of numbers that are not negative are in the order of the numbers, with infinity behind all
// of them and what is no number behind that, so that nothing that is wrong gets lost as it would in max(). x and y are flat,
// `size` long; the elements are dealt to `threads` threads in turn, and the host looks through what these found.

alias Stored = f32;

struct Params {
  size: u32,
  threads: u32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read> y: array<Stored>;
@group(0) @binding(3) var<storage, read_write> worst: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn compare(@builtin(global_invocation_id) thread: vec3u) {
  if (thread.x >= params.threads) {
    return;
  }
  var most = 0u;
  for (var i = thread.x; i < params.size; i += params.threads) {
    most = max(most, bitcast<u32>(f32(x[i]) - f32(y[i])) & 0x7fffffffu);
  }
  worst[thread.x] = most;
}
