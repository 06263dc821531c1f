// One bias for each channel.
//
//   y[n, c, l] = x[n, c, l] + bias[c]
//
// x and y are [batch, channels, length]: whatever comes after the channels, rows and columns of an image, counts as one
// axis. One thread computes one element. The gradient of x is that of y; the gradient of the bias is a sum over n and l,
// which shaders/reduce.wgsl computes.

struct Params {
  size: u32,
  channels: u32,
  length: u32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn forward(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (group.y * groups.x + group.x) * WORKGROUP + lane;
  if (i >= params.size) {
    return;
  }
  y[i] = x[i] + bias[(i / params.length) % params.channels];
}
