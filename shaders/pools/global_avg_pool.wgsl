// Global average pooling, forward and backward.
//
//   y[plane]      = (1 / plane_size) sum over i of x[plane, i]
//   dx[plane, i]  = dy[plane] / plane_size
//
// x and dx: [planes, plane_size]; y and dy: [planes]. A plane is one channel of one image.
//
// Forward: planes are dealt to the threads in turn, with no barrier and no workgroup memory. The planes are many and small (NIN:
// ten of 8 x 8 an image), so there are threads enough; four sums at once keep four loads in flight, and round less than one. On a GPU
// the wait for the loads is all that counts: where the planes are made of quads, `forward_quads` has sixteen numbers in flight.
// Backward: a plane belongs to a workgroup or a few, whose threads are dealt its positions in turn (planeGrid in
// src/kernels/planes.ts); all divide once, for their plane.

struct Params {
  planes: u32,
  plane_size: u32,
}

const WORKGROUP: u32 = 64u;

// How x and dx are stored; y, the logits of a net, and dy are in single precision always.
alias Stored = f32;

@group(0) @binding(0) var<uniform> params: Params;

@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var plane = thread.x; plane < params.planes; plane += groups.x * WORKGROUP) {
    let start = plane * params.plane_size;
    let end = start + params.plane_size;
    let quads_end = end - params.plane_size % 4u;
    var sums = vec4f();
    for (var i = start; i < quads_end; i += 4u) {
      sums += vec4f(f32(x[i]), f32(x[i + 1u]), f32(x[i + 2u]), f32(x[i + 3u]));
    }
    for (var i = quads_end; i < end; i++) {
      sums.x += f32(x[i]);
    }
    y[plane] = ((sums.x + sums.y) + (sums.z + sums.w)) / f32(params.plane_size);
  }
}

@group(0) @binding(1) var<storage, read> x_quads: array<vec4<Stored>>;

@compute @workgroup_size(WORKGROUP)
fn forward_quads(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let quads = params.plane_size / 4u;
  for (var plane = thread.x; plane < params.planes; plane += groups.x * WORKGROUP) {
    let start = plane * quads;
    let end = start + quads;
    var sums = vec4f();
    var i = start;
    for (; i + 4u <= end; i += 4u) {
      let one = vec4f(x_quads[i]);
      let two = vec4f(x_quads[i + 1u]);
      let three = vec4f(x_quads[i + 2u]);
      let four = vec4f(x_quads[i + 3u]);
      sums += (one + two) + (three + four);
    }
    for (; i < end; i++) {
      sums += vec4f(x_quads[i]);
    }
    y[plane] = ((sums.x + sums.y) + (sums.z + sums.w)) / f32(params.plane_size);
  }
}

@group(0) @binding(1) var<storage, read> output_gradient: array<f32>;
@group(0) @binding(2) var<storage, read_write> input_gradient: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = thread.z * groups.y + thread.y;
  if (plane >= params.planes) {
    return;
  }
  let gradient = output_gradient[plane] / f32(params.plane_size);
  for (var i = thread.x; i < params.plane_size; i += groups.x * WORKGROUP) {
    input_gradient[plane * params.plane_size + i] = Stored(gradient);
  }
}
