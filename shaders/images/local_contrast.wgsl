// The three kernels of local contrast normalisation; src/kernels/images/local-contrast.ts puts them together.
//
//   blur    y[o, l, i] = sum over k of weights[k] x[o, l + k - taps / 2, i]      0 outside 0 ... length - 1
//   root    y = sqrt(x)
//   divide  y = x / max(rms, the mean rms of its plane, FLOOR)
//
// blur: x and y are [outer, length, inner], weights [taps], taps odd. A Gaussian window is the product of one along rows and one
// along columns, so two blurs of 7 taps do the work of 49. divide: x, rms and y are [planes, plane_size], plane_rms [planes].
// Elements are dealt to the threads in turn (linearGrid in src/kernels/kernel.ts).

import package::nan::larger;

struct Params {
  size: u32,
  length: u32,
  inner: u32,
  taps: u32,
  plane_size: u32,
}

const WORKGROUP: u32 = 256u;
// Where an image is flat its noise must not be blown up; the value is that of the code published with maxout networks.
const FLOOR: f32 = 1e-4;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@group(0) @binding(3) var<storage, read> weights: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn blur(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let radius = params.taps / 2u;
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    let place = i / params.inner % params.length;
    var sum = 0.0;
    for (var k = 0u; k < params.taps; k++) {
      // Before the first it wraps round to a huge number, and back in the index.
      let at = place + k - radius;
      if (at < params.length) {
        sum += weights[k] * x[i + (at - place) * params.inner];
      }
    }
    y[i] = sum;
  }
}

@compute @workgroup_size(WORKGROUP)
fn root(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    y[i] = sqrt(x[i]);
  }
}

@group(0) @binding(3) var<storage, read> rms: array<f32>;
@group(0) @binding(4) var<storage, read> plane_rms: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn divide(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.size; i += groups.x * WORKGROUP) {
    y[i] = x[i] / larger(larger(rms[i], plane_rms[i / params.plane_size]), FLOOR);
  }
}
