// What texels hold, number by number: for a test.

struct Params {
  size: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var x: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn spread(@builtin(global_invocation_id) thread: vec3u) {
  let texel = thread.x;
  let numbers = textureLoad(x, vec2u(texel % 1024u, texel / 1024u));
  for (var i = 0u; i < 4u; i++) {
    if (4u * texel + i < params.size) {
      y[4u * texel + i] = numbers[i];
    }
  }
}
