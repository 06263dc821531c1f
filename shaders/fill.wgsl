// Give every element of an array one value.
//
//   y = value
//
// y is flat, `size` long; its elements are dealt to the threads in turn (linearGrid in src/kernels/kernel.ts).

alias Stored = f32;

struct Params {
  size: u32,
  value: f32,
  word: u32, // where elements are whole numbers
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn fill(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    y[i] = Stored(params.value);
  }
}

@group(0) @binding(1) var<storage, read_write> y_words: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn fill_words(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    y_words[i] = params.word;
  }
}
