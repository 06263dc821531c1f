// Some images of a set, in any order.
//
//   picked[n, i] = all[chosen[n], i]
//
// all: [images of the set, words]; chosen: [N], numbers of images; picked: [N, words]. A word is 32 bits of whatever kind, four
// bytes of an image, a number of a preprocessed one or a label, and is carried over as it is. The words of picked are dealt to
// the threads in turn (linearGrid in src/kernels/kernel.ts).

struct Params {
  size: u32,
  words: u32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> all: array<u32>;
@group(0) @binding(2) var<storage, read> chosen: array<u32>;
@group(0) @binding(3) var<storage, read_write> picked: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn pick(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    let n = i / params.words;
    picked[i] = all[chosen[n] * params.words + (i - n * params.words)];
  }
}
