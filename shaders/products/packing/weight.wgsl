// A convolution's weight in the order in which a product takes its terms: tap by tap, and in each the channels.
//
//   packed[row][tap][channel] = weight[start + row * row_step + tap * tap_step + channel * channel_step]
//
// A weight lies in memory with its taps together, so that the terms of one tap are far apart. Packed, four terms of a row are four
// neighbours. Rows begin at multiples of four; what is behind their last term is zeros. Elements are dealt to the threads in turn
// (linearGrid in src/kernels/kernel.ts), along what is written.

struct Params {
  rows: u32,
  taps: u32,
  channels: u32,
  length: u32, // of a packed row, taps * channels or a little more
  start: u32,
  row_step: u32,
  tap_step: i32,
  channel_step: u32,
}

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> packed: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn pack(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < params.rows * params.length; i += groups.x * WORKGROUP) {
    let row = i / params.length;
    let term = i - row * params.length;
    let tap = term / params.channels;
    let channel = term - tap * params.channels;
    let at = i32(params.start + row * params.row_step + channel * params.channel_step) + i32(tap) * params.tap_step;
    packed[i] = select(0.0, weight[at], tap < params.taps);
  }
}
