// A running average of parameters, in place.
//
//   average = average + weight (value - average)
//
// weight is 1 - decay for an exponential average, 1 / n for the plain mean of n values, and 1 where the average begins: then it is the
// value itself, to the bit. It stands in a storage buffer, since it changes from step to step: a recorded step can be run again
// with another one.
//
// Thread t takes the elements t, t + all threads, and so on (linearGrid in src/kernels/kernel.ts).

struct Params {
  size: u32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> value: array<f32>;
@group(0) @binding(2) var<storage, read_write> average: array<f32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn update(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let share = weight[0];
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    let before = average[i];
    average[i] = select(before + share * (value[i] - before), value[i], share == 1.0);
  }
}
