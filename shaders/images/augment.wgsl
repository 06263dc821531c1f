// From a batch of 8-bit images to what the net is given, with random crops, flips and cutouts on the way.
// The same for images that are numbers already.
//
//   prepare:  y[n, c, h, w] = (byte[n, c, h, w] / 255 - mean[c]) / deviation[c]
//   augment:  y[n, c, h, w] = the same of byte[n, c, h + down, w' + right], 0 outside the image
//             w' = width - 1 - w if the image is flipped, else w;   down, right in -padding ... padding
//   shift:    shifted[n, c, h, w] = images[n, c, h + down, w' + right], 0 outside the image
//
// bytes packs [N, C, H, W] four to a word, the first in the lowest bits; mean and deviation: [C]; the others: [N, C, H, W].
// Padding is 0 in the result, that is the mean colour, not black. down, right and the flip are drawn for each image n from
// pcg3d(seed, counter, n), all of its channels alike; key (draw, for shift) is (seed, counter).
//
// At the end a square of cutout x cutout positions is 0 too, as far as it lies in the image, whose middle is drawn anywhere in it
// from pcg3d(seed, counter, n + 2^31) (DeVries & Taylor, "Cutout", 2017); with a cutout of 0 there is none.
//
// A plane belongs to a workgroup or a few, whose threads are dealt its positions in turn (planeGrid in src/kernels/planes.ts)
// and draw once, for their image. Four threads read each word; uploads are a quarter of the size for it.

import package::random::{Key, random_bits};

alias Stored = f32;
alias StoredImages = f32;

struct Params {
  planes: u32,
  channels: u32,
  height: u32,
  width: u32,
  padding: u32,
  flip: u32,
  cutout: u32,
}

const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> bytes: array<u32>;
@group(0) @binding(2) var<storage, read> mean: array<f32>;
@group(0) @binding(3) var<storage, read> deviation: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<Stored>;
@group(0) @binding(5) var<storage, read> key: Key;

fn normalised(pixel: u32, channel: u32) -> f32 {
  let byte = (bytes[pixel / 4u] >> (8u * (pixel % 4u))) & 255u;
  return (f32(byte) / 255.0 - mean[channel]) / deviation[channel];
}

@compute @workgroup_size(WORKGROUP)
fn prepare(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = thread.z * groups.y + thread.y;
  if (plane >= params.planes) {
    return;
  }
  let channel = plane % params.channels;
  let plane_size = params.height * params.width;
  for (var position = thread.x; position < plane_size; position += groups.x * WORKGROUP) {
    let i = plane * plane_size + position;
    y[i] = Stored(normalised(i, channel));
  }
}

// Where in an image its crop begins, whether it is mirrored, and where in the result its cutout begins. Left of it or above it
// wraps round to a huge number, and back in the sums below.
struct Placement {
  down: u32,
  right: u32,
  flipped: bool,
  cut: vec2u, // row and column
}

const OF_CUTOUTS: u32 = 0x80000000u;

fn placement_of(image: u32, drawn: Key) -> Placement {
  let bits = random_bits(drawn, image);
  let shifts = 2u * params.padding + 1u;
  var cut = vec2u();
  if (params.cutout > 0u) {
    let middle = random_bits(drawn, image + OF_CUTOUTS).xy % vec2u(params.height, params.width);
    cut = middle - vec2u(params.cutout / 2u);
  }
  return Placement(
    bits.x % shifts - params.padding,
    bits.y % shifts - params.padding,
    params.flip == 1u && bits.z >= 0x80000000u,
    cut,
  );
}

const OUTSIDE: u32 = 0xffffffffu;

// The position in its plane that moves to `position`, or OUTSIDE if none does.
fn source_of(position: u32, placement: Placement) -> u32 {
  let h = position / params.width;
  let w = position - h * params.width;
  let row = h + placement.down;
  let column = select(w, params.width - 1u - w, placement.flipped) + placement.right;
  let inside = row < params.height && column < params.width;
  let is_cut = all(vec2u(h, w) - placement.cut < vec2u(params.cutout));
  return select(OUTSIDE, row * params.width + column, inside && !is_cut);
}

@compute @workgroup_size(WORKGROUP)
fn augment(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = thread.z * groups.y + thread.y;
  if (plane >= params.planes) {
    return;
  }
  let image = plane / params.channels;
  let channel = plane - image * params.channels;
  let placement = placement_of(image, key);
  let plane_size = params.height * params.width;
  for (var position = thread.x; position < plane_size; position += groups.x * WORKGROUP) {
    let source = source_of(position, placement);
    var value = 0.0;
    if (source != OUTSIDE) {
      value = normalised(plane * plane_size + source, channel);
    }
    y[plane * plane_size + position] = Stored(value);
  }
}

@group(0) @binding(1) var<storage, read> images: array<StoredImages>;
@group(0) @binding(2) var<storage, read_write> shifted: array<Stored>;
@group(0) @binding(3) var<storage, read> draw: Key;

@compute @workgroup_size(WORKGROUP)
fn shift(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = thread.z * groups.y + thread.y;
  if (plane >= params.planes) {
    return;
  }
  let placement = placement_of(plane / params.channels, draw);
  let plane_size = params.height * params.width;
  for (var position = thread.x; position < plane_size; position += groups.x * WORKGROUP) {
    let source = source_of(position, placement);
    var value = 0.0;
    if (source != OUTSIDE) {
      value = f32(images[plane * plane_size + source]);
    }
    shifted[plane * plane_size + position] = Stored(value);
  }
}
