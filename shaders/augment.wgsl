// From a batch of 8-bit images to what the net is given, with random crops and flips on the way.
//
//   prepare:  y[n, c, h, w] = (byte[n, c, h, w] / 255 - mean[c]) / deviation[c]
//   augment:  y[n, c, h, w] = the same of byte[n, c, h + down, w' + right], 0 outside the image
//             w' = width - 1 - w if the image is flipped, else w;   down, right in -padding ... padding
//
// bytes packs [N, C, H, W] four to a word, the first in the lowest bits; mean and deviation: [C]; y: [N, C, H, W]. Padding is
// 0 in y, that is the mean colour, not black. down, right and the flip are drawn for each image n from
// pcg3d(seed, counter, n), all of its channels alike; key is (seed, counter).
//
// One thread computes one element. Four threads read each word; uploads are a quarter of the size for it.

struct Params {
  planes: u32,
  channels: u32,
  height: u32,
  width: u32,
  padding: u32,
  flip: u32,
}

const WORKGROUP: u32 = 64u;

struct Key {
  seed: u32,
  counter: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> bytes: array<u32>;
@group(0) @binding(2) var<storage, read> mean: array<f32>;
@group(0) @binding(3) var<storage, read> deviation: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read> key: Key;

// Jarzynski & Olano, "Hash Functions for GPU Rendering" (JCGT 9(3), 2020); the same integers as in src/tensor/random.ts.
fn pcg3d(input: vec3u) -> vec3u {
  var v = input * 1664525u + 1013904223u;
  v.x += v.y * v.z;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v ^= v >> vec3u(16u);
  v.x += v.y * v.z;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  return v;
}

fn normalised(pixel: u32, channel: u32) -> f32 {
  let byte = (bytes[pixel / 4u] >> (8u * (pixel % 4u))) & 255u;
  return (f32(byte) / 255.0 - mean[channel]) / deviation[channel];
}

@compute @workgroup_size(WORKGROUP)
fn prepare(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let plane = group.z * groups.y + group.y;
  let position = group.x * WORKGROUP + lane;
  let plane_size = params.height * params.width;
  if (plane >= params.planes || position >= plane_size) {
    return;
  }
  let i = plane * plane_size + position;
  y[i] = normalised(i, plane % params.channels);
}

@compute @workgroup_size(WORKGROUP)
fn augment(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let plane = group.z * groups.y + group.y;
  let position = group.x * WORKGROUP + lane;
  let plane_size = params.height * params.width;
  if (plane >= params.planes || position >= plane_size) {
    return;
  }
  let h = position / params.width;
  let w = position - h * params.width;
  let image = plane / params.channels;
  let channel = plane - image * params.channels;

  let bits = pcg3d(vec3u(key.seed, key.counter, image));
  let shifts = 2u * params.padding + 1u;
  let flipped = params.flip == 1u && bits.z >= 0x80000000u;
  // Coordinates in the padded image. In the unpadded one they are `padding` less, and wrap to huge numbers left and above.
  let row = h + bits.x % shifts - params.padding;
  let column = select(w, params.width - 1u - w, flipped) + bits.y % shifts - params.padding;
  var value = 0.0;
  if (row < params.height && column < params.width) {
    value = normalised(plane * plane_size + row * params.width + column, channel);
  }
  y[plane * plane_size + position] = value;
}
