// Convolution for hardware: a workgroup keeps a piece of an image with the halo around it, where all taps of the window find it.
//
//   c = a b, as matmul_specification.wgsl with WINDOW, which is the specification
//
// The idea over matmul_vectorised.wgsl: what one tap sees of a piece of the image, the next sees too, but for a line or a column. That
// kernel fetches it anew for each tap, 25 times for a window of 5 x 5. Here some channels of the piece, and of what windows see around
// it, are fetched once; only the weights come line by line of the window.
//
// A tile is TILE_ROWS rows of a by a piece of an image (shared/pieces.wgsl). A thread keeps the sums of eight rows at
// eight positions side by side. Along a line of the window these slide: eight numbers move on by one, and one more is loaded. So a
// tap takes three loads from workgroup memory, of that one and of two vec4f of weights, for 64 multiply-adds. Of the 32 threads of a
// wave the 8 in a line share their rows, and the 4 in a column their positions.
//
// For windows that move by single rows and columns (a stride of 1); with terms in a single outer block.
//
// Workgroups: x along rows, y along the pieces of image after image, z along batches. Workgroup memory: 18.1 KiB for 5 x 5 and 8
// channels. No GPU has met it yet.

import super::shared::operands::{a, b};
import super::shared::parameters::params;
import super::shared::pick::pick;
import super::shared::pieces::{LINES, PIECE_WIDTH, Place, four_positions, place_of};
import super::shared::store::store;
import super::shared::tile::tile_of;
import super::shared::window::{is_inside, place_in_image};

const KERNEL_HEIGHT: u32 = 5u; // of the window
const KERNEL_WIDTH: u32 = 5u;
const APART_Y: u32 = 1u; // from one of its taps to the next
const APART_X: u32 = 1u;
const CHANNELS: u32 = 8u; // that are kept at once: inner terms

const TILE_ROWS = 64u;
const OCTETS = PIECE_WIDTH / 8u; // OCTETS * LINES is a multiple of 8
const POSITION_OCTETS = OCTETS * LINES;
const THREADS = TILE_ROWS / 8u * POSITION_OCTETS;
const HALOED_LINES = LINES + (KERNEL_HEIGHT - 1u) * APART_Y;
const HALOED_WIDTH = PIECE_WIDTH + (KERNEL_WIDTH - 1u) * APART_X;
const PIXELS = CHANNELS * HALOED_LINES * HALOED_WIDTH;
const WEIGHTS = TILE_ROWS * KERNEL_WIDTH * CHANNELS; // of a line of the window

alias HaloedLine = array<vec4f, (HALOED_WIDTH + 3u) / 4u>;

var<workgroup> pixels: array<array<HaloedLine, HALOED_LINES>, CHANNELS>;
var<workgroup> weights: array<array<array<vec4f, TILE_ROWS / 4u + 1u>, KERNEL_WIDTH>, CHANNELS>; // [channel][tap][row quad]

// Zeros lie around the image, and behind the last channel.
fn put_pixels(index: u32, batch: u32, place: Place, first_channel: u32) {
  let start = params.b_start + batch * params.b_batch + place.image * params.b_group;
  for (var i = index; i < PIXELS; i += THREADS) {
    let at = i % HALOED_WIDTH;
    let line = i / HALOED_WIDTH % HALOED_LINES;
    let channel = i / HALOED_WIDTH / HALOED_LINES;
    let y = params.origin_y + i32(place.y + line);
    let x = params.origin_x + i32(place.x + at);
    var pixel = 0.0;
    if (first_channel + channel < params.inner && is_inside(y, x)) {
      pixel = f32(b[start + (first_channel + channel) * params.b_inner + place_in_image(y, x)]);
    }
    pixels[channel][line][at / 4u][at % 4u] = pixel;
  }
}

// Past the last row that one is taken again, and never stored.
fn put_weights(index: u32, batch: u32, first_row: u32, first_channel: u32, line: u32) {
  let start = params.a_start + batch * params.a_batch + line * KERNEL_WIDTH * params.a_middle;
  for (var i = index; i < WEIGHTS; i += THREADS) {
    let channel = i % CHANNELS;
    let tap = i / CHANNELS % KERNEL_WIDTH;
    let row = i / CHANNELS / KERNEL_WIDTH;
    var weight = 0.0;
    if (first_channel + channel < params.inner) {
      let of_row = min(first_row + row, params.rows - 1u) * params.a_row;
      weight = f32(a[start + of_row + tap * params.a_middle + (first_channel + channel) * params.a_inner]);
    }
    weights[channel][tap][row / 4u][row % 4u] = weight;
  }
}

@compute @workgroup_size(THREADS)
fn product(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let tile = tile_of(group);
  let first_row = tile.x * TILE_ROWS;
  let place = place_of(tile.y);

  // What it computes: eight rows, and eight positions of a line.
  let wave = index / 32u;
  let row_octet = wave / (POSITION_OCTETS / 8u) * 4u + index % 32u / 8u;
  let position_octet = wave % (POSITION_OCTETS / 8u) * 8u + index % 8u;
  let line = position_octet / OCTETS;
  let octet = position_octet % OCTETS;
  var left0 = vec4f();
  var left1 = vec4f();
  var left2 = vec4f();
  var left3 = vec4f();
  var left4 = vec4f();
  var left5 = vec4f();
  var left6 = vec4f();
  var left7 = vec4f();
  var right0 = vec4f();
  var right1 = vec4f();
  var right2 = vec4f();
  var right3 = vec4f();
  var right4 = vec4f();
  var right5 = vec4f();
  var right6 = vec4f();
  var right7 = vec4f();

  for (var first_channel = 0u; first_channel < params.inner; first_channel += CHANNELS) {
    for (var ky = 0u; ky < KERNEL_HEIGHT; ky++) {
      workgroupBarrier(); // nobody needs what was there before
      if (ky == 0u) {
        put_pixels(index, tile.z, place, first_channel);
      }
      put_weights(index, tile.z, first_row, first_channel, ky);
      workgroupBarrier();
      for (var channel = 0u; channel < CHANNELS; channel++) {
        let below = line + ky * APART_Y;
        var b_left = pixels[channel][below][2u * octet];
        var b_right = pixels[channel][below][2u * octet + 1u];
        for (var kx = 0u; kx < KERNEL_WIDTH; kx++) {
          if (kx > 0u) {
            for (var step = 0u; step < APART_X; step++) {
              let next = 8u * (octet + 1u) + (kx - 1u) * APART_X + step;
              b_left = vec4f(b_left.yzw, b_right.x);
              b_right = vec4f(b_right.yzw, pixels[channel][below][next / 4u][next % 4u]);
            }
          }
          let upper = weights[channel][kx][2u * row_octet];
          let lower = weights[channel][kx][2u * row_octet + 1u];
          left0 = fma(vec4f(upper.x), b_left, left0);
          right0 = fma(vec4f(upper.x), b_right, right0);
          left1 = fma(vec4f(upper.y), b_left, left1);
          right1 = fma(vec4f(upper.y), b_right, right1);
          left2 = fma(vec4f(upper.z), b_left, left2);
          right2 = fma(vec4f(upper.z), b_right, right2);
          left3 = fma(vec4f(upper.w), b_left, left3);
          right3 = fma(vec4f(upper.w), b_right, right3);
          left4 = fma(vec4f(lower.x), b_left, left4);
          right4 = fma(vec4f(lower.x), b_right, right4);
          left5 = fma(vec4f(lower.y), b_left, left5);
          right5 = fma(vec4f(lower.y), b_right, right5);
          left6 = fma(vec4f(lower.z), b_left, left6);
          right6 = fma(vec4f(lower.z), b_right, right6);
          left7 = fma(vec4f(lower.w), b_left, left7);
          right7 = fma(vec4f(lower.w), b_right, right7);
        }
      }
    }
  }

  let left_columns = four_positions(tile.z, place.image, place.y + line, place.x + 8u * octet);
  let right_columns = four_positions(tile.z, place.image, place.y + line, place.x + 8u * octet + 4u);
  for (var row = 0u; row < min(8u, params.rows - min(params.rows, first_row + 8u * row_octet)); row++) {
    let at = first_row + 8u * row_octet + row;
    store(left_columns, at, pick(row, left0, left1, left2, left3, left4, left5, left6, left7));
    store(right_columns, at, pick(row, right0, right1, right2, right3, right4, right5, right6, right7));
  }
}
