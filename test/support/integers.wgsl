// Integers in all of its buffers, for a test of what may be given for them.

struct Params {
  size: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> words: array<u32>;
@group(0) @binding(2) var<storage, read> pairs: array<vec2<u32>>;
@group(0) @binding(3) var<storage, read_write> many: array<i32>;

@compute @workgroup_size(1)
fn integers(@builtin(global_invocation_id) thread: vec3u) {
  if (thread.x < params.size) {
    many[thread.x] = i32(words[thread.x] + pairs[thread.x].x);
  }
}
