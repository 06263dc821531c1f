// Global contrast normalisation: every image gets mean 0 and the Euclidean norm `scale`, over all of its channels together.
//
//   v = x - mean(x)      y = scale * v / sqrt(sum of v^2)      and y = 0 for an image of one colour
//
// x and y: [images, features].
//
// A workgroup owns an image, and its features are dealt to the threads in turn, so that their loads lie side by side; partial sums
// meet in workgroup memory, in an order that never changes. The mean is taken of the differences to the first feature: for an
// image of one colour these are exactly 0, where a mean of the values themselves would leave noise to be blown up to `scale`.

struct Params {
  images: u32,
  features: u32,
  scale: f32,
}

const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

var<workgroup> partial: array<f32, WORKGROUP>;

// The sum of every thread's own value, in each thread.
fn total(thread: u32, own: f32) -> f32 {
  partial[thread] = own;
  workgroupBarrier();
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    if (thread < half) {
      partial[thread] += partial[thread + half];
    }
    workgroupBarrier();
  }
  let sum = partial[0];
  workgroupBarrier();
  return sum;
}

@compute @workgroup_size(WORKGROUP)
fn normalise(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  for (var image = group.x; image < params.images; image += groups.x) {
    let start = image * params.features;
    let end = start + params.features;
    let first = x[start];

    var differences = 0.0;
    for (var i = start + thread; i < end; i += WORKGROUP) {
      differences += x[i] - first;
    }
    let mean = first + total(thread, differences) / f32(params.features);

    var squares = 0.0;
    for (var i = start + thread; i < end; i += WORKGROUP) {
      let v = x[i] - mean;
      squares += v * v;
    }
    let norm = sqrt(total(thread, squares));
    let factor = select(0.0, params.scale / norm, norm > 0.0);
    for (var i = start + thread; i < end; i += WORKGROUP) {
      y[i] = factor * (x[i] - mean);
    }
  }
}
