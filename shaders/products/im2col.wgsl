// Unfold images into matrices (im2col), so that a convolution becomes a matrix product; and fold back (col2im).
//
//   col[n][(c, ky, kx)][(oy, ox)] = x[n][c][oy * stride + ky * dilation - padding][ox * ...]   (0 outside the image)
//   x[n][c][iy][ix] = sum of every element of col[n] that was read from there
//
// x is [N, C, H, W]; col is [N, C * KH * KW, OH * OW], or a part of that: of some images, some channels and some taps, since the
// whole is KH * KW times as large as the images. Both directions gather, so no two threads write one element. A workgroup has
// one channel of one image (planeGrid in src/kernels/planes.ts), and its threads run along the positions; a thread walks all
// taps, so it divides once a position, and neighbouring threads read and write neighbouring elements.

alias StoredX = f32; // of images and their gradient
alias StoredCol = f32;

struct Params {
  // The part of col to work on.
  images: u32,
  channels: u32,
  taps: u32,
  first_image: u32,
  first_channel: u32,
  first_tap: u32,
  // Channels that the images have in all.
  all_channels: u32,
  height: u32,
  width: u32,
  kernel_width: u32,
  out_height: u32,
  out_width: u32,
  padding_y: u32,
  padding_x: u32,
  dilation_y: u32,
  dilation_x: u32,
}

const WORKGROUP: u32 = 64u;

// Constants rather than parameters: dividing by a constant is a shift or nothing, and col2im divides for every tap.
const STRIDE_Y: u32 = 1u;
const STRIDE_X: u32 = 1u;

@group(0) @binding(0) var<uniform> params: Params;

// Where in x a plane of the part begins: a channel of an image.
fn start_of(plane: u32) -> u32 {
  let image = plane / params.channels;
  let channel = params.first_channel + plane - image * params.channels;
  return ((params.first_image + image) * params.all_channels + channel) * params.height * params.width;
}

// Those taps of kernel row ky that belong to the part, from `first` up to `end`.
struct Taps {
  first: u32,
  end: u32,
}

fn taps_of(ky: u32) -> Taps {
  let before = ky * params.kernel_width;
  let end = params.first_tap + params.taps;
  return Taps(max(params.first_tap, before) - before, min(end - before, params.kernel_width));
}

@group(0) @binding(1) var<storage, read> x: array<StoredX>;
@group(0) @binding(2) var<storage, read_write> col: array<StoredCol>;

@compute @workgroup_size(WORKGROUP)
fn im2col(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = thread.z * groups.y + thread.y;
  if (plane >= params.images * params.channels) {
    return;
  }
  let start = start_of(plane);
  let positions = params.out_height * params.out_width;
  let end_tap = params.first_tap + params.taps;
  for (var position = thread.x; position < positions; position += groups.x * WORKGROUP) {
    let oy = position / params.out_width;
    let ox = position - oy * params.out_width;
    var to = plane * params.taps * positions + position;
    for (var ky = params.first_tap / params.kernel_width; ky * params.kernel_width < end_tap; ky++) {
      // Above or left of the image wraps round to a huge number, so one comparison covers both sides.
      let iy = oy * STRIDE_Y + ky * params.dilation_y - params.padding_y;
      let row = start + iy * params.width;
      let taps = taps_of(ky);
      for (var kx = taps.first; kx < taps.end; kx++) {
        let ix = ox * STRIDE_X + kx * params.dilation_x - params.padding_x;
        var value = 0.0;
        if (iy < params.height && ix < params.width) {
          value = f32(x[row + ix]);
        }
        col[to] = StoredCol(value);
        to += positions;
      }
    }
  }
}

@group(0) @binding(1) var<storage, read> col_gradient: array<StoredCol>;
@group(0) @binding(2) var<storage, read_write> x_gradient: array<StoredX>;

// A part that does not begin at the first tap adds to what those before it came to.
@compute @workgroup_size(WORKGROUP)
fn col2im(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = thread.z * groups.y + thread.y;
  if (plane >= params.images * params.channels) {
    return;
  }
  let start = start_of(plane);
  let positions = params.out_height * params.out_width;
  let end_tap = params.first_tap + params.taps;
  for (var pixel = thread.x; pixel < params.height * params.width; pixel += groups.x * WORKGROUP) {
    let iy = pixel / params.width;
    let ix = pixel - iy * params.width;
    var row = plane * params.taps;
    var sum = 0.0;
    if (params.first_tap > 0u) {
      sum = f32(x_gradient[start + pixel]);
    }
    for (var ky = params.first_tap / params.kernel_width; ky * params.kernel_width < end_tap; ky++) {
      // The window whose tap ky lies on row iy, if the stride hits it. A window before the first wraps round to a huge row.
      let y = iy + params.padding_y - ky * params.dilation_y;
      let oy = y / STRIDE_Y;
      let row_hit = y % STRIDE_Y == 0u && oy < params.out_height;
      let taps = taps_of(ky);
      for (var kx = taps.first; kx < taps.end; kx++) {
        let x = ix + params.padding_x - kx * params.dilation_x;
        let ox = x / STRIDE_X;
        if (row_hit && x % STRIDE_X == 0u && ox < params.out_width) {
          sum += f32(col_gradient[row * positions + oy * params.out_width + ox]);
        }
        row++;
      }
    }
    x_gradient[start + pixel] = StoredX(sum);
  }
}
