// Global average pooling, forward and backward.
//
//   y[plane]      = (1 / plane_size) sum over i of x[plane, i]
//   dx[plane, i]  = dy[plane] / plane_size
//
// x and dx: [planes, plane_size]; y and dy: [planes]. A plane is one channel of one image.
//
// Forward: one thread sums one plane, with no barrier and no workgroup memory. The planes are many and small (NIN: ten of
// 8 x 8 an image), so there are threads enough; four sums at once keep four loads in flight, and round less than one.
// Backward: one thread spreads to one element; its plane is the workgroup's, so no thread divides.

struct Params {
  planes: u32,
  plane_size: u32,
}

const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<uniform> params: Params;

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) thread: vec3u) {
  let plane = thread.x;
  if (plane >= params.planes) {
    return;
  }
  let start = plane * params.plane_size;
  let end = start + params.plane_size;
  let quads_end = end - params.plane_size % 4u;
  var sums = vec4f();
  for (var i = start; i < quads_end; i += 4u) {
    sums += vec4f(x[i], x[i + 1u], x[i + 2u], x[i + 3u]);
  }
  for (var i = quads_end; i < end; i++) {
    sums.x += x[i];
  }
  y[plane] = ((sums.x + sums.y) + (sums.z + sums.w)) / f32(params.plane_size);
}

@group(0) @binding(1) var<storage, read> output_gradient: array<f32>;
@group(0) @binding(2) var<storage, read_write> input_gradient: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn backward(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let plane = group.z * groups.y + group.y;
  let position = group.x * WORKGROUP + lane;
  if (plane >= params.planes || position >= params.plane_size) {
    return;
  }
  input_gradient[plane * params.plane_size + position] = output_gradient[plane] / f32(params.plane_size);
}
