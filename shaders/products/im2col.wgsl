// Unfold images into matrices (im2col), so that a convolution becomes a matrix product; and fold back (col2im).
//
//   col[n][(c, ky, kx)][(oy, ox)] = x[n][c][oy * stride + ky * dilation - padding][ox * ...]   (0 outside the image)
//   x[n][c][iy][ix] = sum of every element of col[n] that was read from there
//
// x is [N, C, H, W]; col is [N, C * KH * KW, OH * OW]. Both directions gather, so no two threads write one element.
// Threads run along positions (x), workgroups along channels (y) and images (z); a thread walks all taps of its channel, so it
// divides once, and neighbouring threads read and write neighbouring elements.

struct Params {
  images: u32,
  channels: u32,
  height: u32,
  width: u32,
  kernel_height: u32,
  kernel_width: u32,
  out_height: u32,
  out_width: u32,
  padding_y: u32,
  padding_x: u32,
  dilation_y: u32,
  dilation_x: u32,
  // The first image of x to work on; col starts at its own first element.
  first_image: u32,
}

const WORKGROUP: u32 = 64u;

// Constants rather than parameters: dividing by a constant is a shift or nothing, and col2im divides for every tap.
const STRIDE_Y: u32 = 1u;
const STRIDE_X: u32 = 1u;

@group(0) @binding(0) var<uniform> params: Params;

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> col: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn im2col(@builtin(global_invocation_id) id: vec3u) {
  let positions = params.out_height * params.out_width;
  if (id.x >= positions) {
    return;
  }
  let channel = id.y;
  let oy = id.x / params.out_width;
  let ox = id.x - oy * params.out_width;
  let plane = ((params.first_image + id.z) * params.channels + channel) * params.height * params.width;
  let taps = params.kernel_height * params.kernel_width;
  var to = (id.z * params.channels + channel) * taps * positions + id.x;
  for (var ky = 0u; ky < params.kernel_height; ky++) {
    // Above or left of the image wraps round to a huge number, so one comparison covers both sides.
    let iy = oy * STRIDE_Y + ky * params.dilation_y - params.padding_y;
    let row = plane + iy * params.width;
    for (var kx = 0u; kx < params.kernel_width; kx++) {
      let ix = ox * STRIDE_X + kx * params.dilation_x - params.padding_x;
      var value = 0.0;
      if (iy < params.height && ix < params.width) {
        value = x[row + ix];
      }
      col[to] = value;
      to += positions;
    }
  }
}

@group(0) @binding(1) var<storage, read> col_gradient: array<f32>;
@group(0) @binding(2) var<storage, read_write> x_gradient: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn col2im(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.height * params.width) {
    return;
  }
  let channel = id.y;
  let iy = id.x / params.width;
  let ix = id.x - iy * params.width;
  let positions = params.out_height * params.out_width;
  var row = (id.z * params.channels + channel) * params.kernel_height * params.kernel_width;
  var sum = 0.0;
  for (var ky = 0u; ky < params.kernel_height; ky++) {
    // The window whose tap ky lies on row iy, if the stride hits it. A window before the first wraps round to a huge row.
    let y = iy + params.padding_y - ky * params.dilation_y;
    let oy = y / STRIDE_Y;
    let row_hit = y % STRIDE_Y == 0u && oy < params.out_height;
    for (var kx = 0u; kx < params.kernel_width; kx++) {
      let x = ix + params.padding_x - kx * params.dilation_x;
      let ox = x / STRIDE_X;
      if (row_hit && x % STRIDE_X == 0u && ox < params.out_width) {
        sum += col_gradient[row * positions + oy * params.out_width + ox];
      }
      row++;
    }
  }
  let image = params.first_image + id.z;
  x_gradient[(image * params.channels + channel) * params.height * params.width + id.x] = sum;
}
