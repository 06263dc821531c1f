// The last step of a convolution's weight gradient, whose sum was split into parts (split-K): adds these up, in their order.
//
//   weight[i] = sum over parts of partial[part][i]
//   bias[o]   = sum over parts of partial[parts * weights + part * biases + o]
//
// `partial` holds what the parts computed: [parts][weights], and behind all of these the sums of the gradient's rows,
// [parts][biases]. Results are dealt to the threads in turn (linearGrid in src/kernels/kernel.ts); neighbouring threads read
// neighbouring numbers.

struct Params {
  parts: u32,
  weights: u32,
  biases: u32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> weight: array<f32>;
@group(0) @binding(3) var<storage, read_write> bias: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn combine(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.weights + params.biases; i += groups.x * WORKGROUP) {
    let of_bias = i >= params.weights;
    let step = select(params.weights, params.biases, of_bias);
    var at = select(i, params.parts * params.weights + i - params.weights, of_bias);
    var total = partial[at];
    for (var part = 1u; part < params.parts; part++) {
      at += step;
      total += partial[at];
    }
    if (of_bias) {
      bias[i - params.weights] = total;
    } else {
      weight[i] = total;
    }
  }
}
