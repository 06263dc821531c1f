// A user's shader, for tests: the larger of a number and 0, by a comparison in which NaN gets lost.
//
//   y = x where x > 0, else 0

struct Params {
  size: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn careless(@builtin(global_invocation_id) thread: vec3u) {
  if (thread.x < params.size) {
    y[thread.x] = select(0.0, x[thread.x], x[thread.x] > 0.0);
  }
}
