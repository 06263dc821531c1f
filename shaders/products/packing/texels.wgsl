// Four terms of a product's sum side by side, for matmul_texels.wgsl, where in memory they are not.
//
//   packed[row][tap][channel] = source[start + row * row_step + tap * tap_step + channel * channel_step]
//
// A row is one of a weight, or an image; a tap, one of the window or a pixel. Channels are filled up to a multiple of four with zeros.
// Taps are dealt to the threads in turn
// (linearGrid in src/kernels/kernel.ts): what takes a division is found once for each.

struct Params {
  rows: u32,
  taps: u32,
  channels: u32,
  start: u32,
  row_step: u32,
  tap_step: i32,
  channel_step: u32,
}

alias StoredX = f32;

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<StoredX>;
@group(0) @binding(2) var<storage, read_write> packed: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn channels(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let quads = (params.channels + 3u) / 4u;
  for (var i = thread.x; i < params.rows * params.taps; i += groups.x * WORKGROUP) {
    let row = i / params.taps;
    let tap = i - row * params.taps;
    let first = u32(i32(params.start + row * params.row_step) + i32(tap) * params.tap_step);
    var channel = vec4u(0u, 1u, 2u, 3u);
    for (var quad = 0u; quad < quads; quad++) {
      let at = first + min(channel, vec4u(params.channels - 1u)) * params.channel_step;
      let values = vec4f(f32(source[at.x]), f32(source[at.y]), f32(source[at.z]), f32(source[at.w]));
      packed[i * quads + quad] = select(vec4f(), values, channel < vec4u(params.channels));
      channel += 4u;
    }
  }
}
