// Unfold what every window of every image sees, position by position; and fold back.
//
// For layers without shared weights, in which each output position has a product of its own.
//
//   patches[p][n][(c, i, j)] = x[n][c][row(p) stride - padding + i][column(p) stride - padding + j]   (0 outside the image)
//   dx[n][c][h][w]           = sum of dpatches over every element that was read from there
//
// x and dx are [N, C, H, W], patches [positions, images, C * KH * KW]: unlike in im2col.wgsl the position comes first, so
// that the matrix of one position lies in one piece. (Strided through memory, as columns of im2col's result, the products
// took three times as long on a software driver.)
//
// Both directions gather, so no two threads write one element. Unfolding, the patches of one channel each are dealt to the threads
// in turn, and a thread writes all taps of its own; folding, pixels are dealt to them (linearGrid in src/kernels/kernel.ts).

alias StoredX = f32; // of images and their gradient
alias StoredPatches = f32;

struct Params {
  images: i32,
  channels: i32,
  height: i32,
  width: i32,
  kernel_rows: i32,
  kernel_columns: i32,
  output_rows: i32,
  output_columns: i32,
  padding_rows: i32,
  padding_columns: i32,
  // The first image of x to work on; patches start at their own first element.
  first_image: i32,
}

const WORKGROUP: u32 = 256u;

// Constants rather than parameters: folding divides by them for every tap.
const STRIDE_ROWS: i32 = 1;
const STRIDE_COLUMNS: i32 = 1;

@group(0) @binding(0) var<uniform> params: Params;

@group(0) @binding(1) var<storage, read> x: array<StoredX>;
@group(0) @binding(2) var<storage, read_write> patches: array<StoredPatches>;

@compute @workgroup_size(WORKGROUP)
fn unfold(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let size = params.output_rows * params.output_columns * params.images * params.channels;
  for (var i = i32(thread.x); i < size; i += i32(groups.x * WORKGROUP)) {
    let patch_index = i / params.channels;
    let channel = i - patch_index * params.channels;
    let position = patch_index / params.images;
    let image = params.first_image + patch_index - position * params.images;
    let row = position / params.output_columns;
    let top = row * STRIDE_ROWS - params.padding_rows;
    let left = (position - row * params.output_columns) * STRIDE_COLUMNS - params.padding_columns;
    let plane = (image * params.channels + channel) * params.height * params.width;
    var to = i * params.kernel_rows * params.kernel_columns;
    for (var h = top; h < top + params.kernel_rows; h++) {
      for (var w = left; w < left + params.kernel_columns; w++) {
        var value = 0.0;
        if (h >= 0 && h < params.height && w >= 0 && w < params.width) {
          value = f32(x[plane + h * params.width + w]);
        }
        patches[to] = StoredPatches(value);
        to++;
      }
    }
  }
}

@group(0) @binding(1) var<storage, read> patches_gradient: array<StoredPatches>;
@group(0) @binding(2) var<storage, read_write> x_gradient: array<StoredX>;

@compute @workgroup_size(WORKGROUP)
fn fold(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane_size = params.height * params.width;
  let size = params.images * params.channels * plane_size;
  for (var i = i32(thread.x); i < size; i += i32(groups.x * WORKGROUP)) {
    let plane = i / plane_size;
    let h = (i - plane * plane_size) / params.width;
    let w = i - plane * plane_size - h * params.width;
    let image = plane / params.channels;
    let channel = plane - image * params.channels;
    var sum = 0.0;
    for (var tap_row = 0; tap_row < params.kernel_rows; tap_row++) {
      // The window whose tap lies on this row, if the stride hits it.
      let top = h + params.padding_rows - tap_row;
      let row = top / STRIDE_ROWS;
      if (top < 0 || row * STRIDE_ROWS != top || row >= params.output_rows) {
        continue;
      }
      for (var tap_column = 0; tap_column < params.kernel_columns; tap_column++) {
        let left = w + params.padding_columns - tap_column;
        let column = left / STRIDE_COLUMNS;
        if (left < 0 || column * STRIDE_COLUMNS != left || column >= params.output_columns) {
          continue;
        }
        let patch_index = (row * params.output_columns + column) * params.images + image;
        let tap = tap_row * params.kernel_columns + tap_column;
        let patch_of_channel = patch_index * params.channels + channel;
        sum += f32(patches_gradient[patch_of_channel * params.kernel_rows * params.kernel_columns + tap]);
      }
    }
    x_gradient[params.first_image * params.channels * plane_size + i] = StoredX(sum);
  }
}
