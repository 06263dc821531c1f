// The last step of a convolution's weight gradient, whose sum was split into parts (split-K): adds these up, in their order.
//
//   weight[o][d] = sum over parts of partial[part][o][d]
//   bias[o]      = sum over parts of partial[parts * weights + part * biases + o]
//
// `partial` holds what the parts computed: [parts][outputs][row], of whose rows the first `depth` are the weight's, and behind all
// of these the sums of the gradient's rows, [parts][biases]. A result is added up by SHARES threads, each of which takes every
// SHARESth part; what they have is added in their order. Neighbouring threads read neighbouring numbers. A workgroup has
// WORKGROUP / SHARES results at a time, and further ones as far apart as the grid has room for.

struct Params {
  parts: u32,
  weights: u32, // outputs * depth
  depth: u32,
  row: u32,
  biases: u32,
}

const WORKGROUP: u32 = 256u;
const SHARES: u32 = 1u;
const RESULTS = WORKGROUP / SHARES;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> weight: array<f32>;
@group(0) @binding(3) var<storage, read_write> bias: array<f32>;

var<workgroup> shares: array<f32, select(1u, WORKGROUP, SHARES > 1u)>;

@compute @workgroup_size(WORKGROUP)
fn combine(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let size = params.weights / params.depth * params.row;
  let count = params.weights + params.biases;
  for (var first = group.x * RESULTS; first < count; first += groups.x * RESULTS) {
    let i = first + index % RESULTS;
    let of_bias = i >= params.weights;
    let output = i / params.depth;
    let step = select(size, params.biases, of_bias);
    let start = select(output * params.row + i - output * params.depth, params.parts * size + i - params.weights, of_bias);
    var total = 0.0;
    if (i < count) {
      let share = index / RESULTS;
      total = partial[start + share * step];
      for (var part = share + SHARES; part < params.parts; part += SHARES) {
        total += partial[start + part * step];
      }
    }
    if (SHARES > 1u) {
      workgroupBarrier();
      shares[index] = total;
      workgroupBarrier();
      for (var share = 1u; share < SHARES; share++) {
        total += shares[share * RESULTS + index % RESULTS];
      }
    }
    if (i < count && index < RESULTS) {
      if (of_bias) {
        bias[i - params.weights] = total;
      } else {
        weight[i] = total;
      }
    }
  }
}
