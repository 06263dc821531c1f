// Convolution by matrix units: a workgroup keeps a piece of images with the halo around it, where all taps of the window find matrices.
//
//   c = a b, as matmul_specification.wgsl with WINDOW, which is the specification
//
// Two ideas in one. As in matmul_haloed.wgsl, what one tap sees of a piece the next sees too, but for a line or a column: so some channels
// of it, and of what windows see around it, are fetched once for all taps, and the weights come tap by tap. And as in
// matmul_matrix_units.wgsl, subgroups multiply matrices of halves, whose sums are in single precision.
//
// What makes them one is where a pixel lies: with its channels side by side, and behind it its neighbour in the line. EDGE channels at EDGE
// positions of a line are a matrix, and one position further on is what the next tap sees: a matrix again, that begins at a whole vec4u
// as hardware wants it. Were the positions side by side, no tap but every eighth would begin at one.
//
// A matrix is as wide as a piece. Of images that are no wider than half of it, two make one piece, or four: in a line the positions of one
// stand between those of the other, so that a tap is still the same way from one matrix to the next.
//
// For windows of at most five columns that move by single rows and columns (a stride of 1); with terms in a single outer block, and
// weights and channels in fours. Operands are rounded as in matmul_matrix_units.wgsl, and a caller has to ask for it.
//
// Workgroups: x along rows, y along the pieces of image after image, z along batches. Workgroup memory, for 64 rows, 8 lines and 32
// channels: 31.8 KiB for 5 x 5, 26.1 KiB for 3 x 3, and a little more for images of half the width. No GPU has met it yet.

import super::in_fours::eights_of_a::{A_FETCHES, Eight, TERM_EIGHTS, TILE_ROWS, load_a, put_a};
import super::in_fours::halves::halves_of;
import super::in_fours::matrix_units::{
  EDGE, LANES, THREADS, STEPS, ABREAST, LINE, B_BANDS, B_LINES, TAPS, Right, Sums, b_panels, left_matrix, seen_by_tap_0, seen_by_tap_1,
  seen_by_tap_2, seen_by_tap_3, seen_by_tap_4, add_product
};
import super::in_fours::operands::single_of_b;
import super::shared::parameters::params;
import super::shared::pieces::{LINES, IMAGES, Place, four_positions, place_of};
import super::in_fours::sixteen_sums::{PARTS, four_sums, put_part};
import super::in_fours::slices::{DEPTH, Slice, is_term, place_in_a};
import super::in_fours::store::store_four;
import super::shared::tile::tile_of;
import super::shared::window::{is_inside, place_in_image};

const APART: bool = false; // four positions side by side are not four neighbours in c

const HALOED_WIDTH = B_LINES / IMAGES;
const EIGHTS = B_LINES * B_BANDS * TERM_EIGHTS; // of pixels

// All taps of a slice of channels, then the next slice.
fn next_tap(slice: Slice) -> Slice {
  var next = slice;
  next.middle += 1u;
  if (next.middle == params.middle) {
    next.middle = 0u;
    next.first += DEPTH;
  }
  return next;
}

fn four_channels(pixel: u32, slice: Slice, term: u32) -> vec4f {
  if (!is_term(slice, term)) {
    return vec4f();
  }
  let at = pixel + (slice.first + term) * params.b_inner;
  return vec4f(
    single_of_b(at),
    single_of_b(at + params.b_inner),
    single_of_b(at + 2u * params.b_inner),
    single_of_b(at + 3u * params.b_inner),
  );
}

// Eight channels of a pixel at a time, neighbouring threads at neighbouring pixels. Zeros lie around each image, and behind the last.
fn put_pixels(index: u32, batch: u32, place: Place, slice: Slice) {
  let images = params.columns / params.group;
  for (var i = index; i < EIGHTS; i += THREADS) {
    let within = i % B_LINES;
    let band = i / B_LINES % B_BANDS;
    let eight = i / B_LINES / B_BANDS;
    let image = within / HALOED_WIDTH;
    let at = within % HALOED_WIDTH;
    let y = params.origin_y + i32(place.y + band);
    let x = params.origin_x + i32(place.x + at);
    var pixels = Eight();
    if (place.image + image < images && is_inside(y, x)) {
      let pixel = params.b_start + batch * params.b_batch + (place.image + image) * params.b_group + place_in_image(y, x);
      pixels = Eight(four_channels(pixel, slice, eight * 8u), four_channels(pixel, slice, eight * 8u + 4u));
    }
    let line = at * IMAGES + image;
    b_panels[band][eight / (EDGE / 8u)][line * LINE + eight % (EDGE / 8u)] = halves_of(pixels.first, pixels.second);
  }
}

@compute @workgroup_size(THREADS)
fn product(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  let tile = tile_of(group);
  let first_row = tile.x * TILE_ROWS;
  let place = place_of(tile.y);
  // What its subgroup computes: four bands of rows, at four lines of the piece.
  let row_band = subgroup / (LINES / 4u) * 4u;
  let line = subgroup % (LINES / 4u) * 4u;
  var s00: Sums;
  var s01: Sums;
  var s02: Sums;
  var s03: Sums;
  var s10: Sums;
  var s11: Sums;
  var s12: Sums;
  var s13: Sums;
  var s20: Sums;
  var s21: Sums;
  var s22: Sums;
  var s23: Sums;
  var s30: Sums;
  var s31: Sums;
  var s32: Sums;
  var s33: Sums;

  var slice = Slice(); // what is in workgroup memory
  var next = Slice();
  let slices = params.middle * ((params.inner + DEPTH - 1u) / DEPTH);
  var next_a: array<Eight, A_FETCHES>;
  for (var i = 0u; i <= slices; i++) {
    if (i < slices) {
      next_a = load_a(index, first_row, place_in_a(tile.z, next), next);
    }
    // While those are on their way, the tap before them, if there is one.
    if (i > 0u) {
      let below = slice.middle / TAPS * u32(params.middle_y);
      for (var step = 0u; step < STEPS; step++) {
        let a0 = left_matrix(row_band, step);
        let a1 = left_matrix(row_band + 1u, step);
        let a2 = left_matrix(row_band + 2u, step);
        let a3 = left_matrix(row_band + 3u, step);
        // One branch for four matrices, since each must begin at a constant.
        var b0: Right;
        var b1: Right;
        var b2: Right;
        var b3: Right;
        switch (slice.middle % TAPS) {
          case 0u: {
            b0 = seen_by_tap_0(line, below, step);
            b1 = seen_by_tap_0(line + 1u, below, step);
            b2 = seen_by_tap_0(line + 2u, below, step);
            b3 = seen_by_tap_0(line + 3u, below, step);
          }
          case 1u: {
            b0 = seen_by_tap_1(line, below, step);
            b1 = seen_by_tap_1(line + 1u, below, step);
            b2 = seen_by_tap_1(line + 2u, below, step);
            b3 = seen_by_tap_1(line + 3u, below, step);
          }
          case 2u: {
            b0 = seen_by_tap_2(line, below, step);
            b1 = seen_by_tap_2(line + 1u, below, step);
            b2 = seen_by_tap_2(line + 2u, below, step);
            b3 = seen_by_tap_2(line + 3u, below, step);
          }
          case 3u: {
            b0 = seen_by_tap_3(line, below, step);
            b1 = seen_by_tap_3(line + 1u, below, step);
            b2 = seen_by_tap_3(line + 2u, below, step);
            b3 = seen_by_tap_3(line + 3u, below, step);
          }
          default: {
            b0 = seen_by_tap_4(line, below, step);
            b1 = seen_by_tap_4(line + 1u, below, step);
            b2 = seen_by_tap_4(line + 2u, below, step);
            b3 = seen_by_tap_4(line + 3u, below, step);
          }
        }
        s00 = add_product(a0, b0, s00);
        s10 = add_product(a1, b0, s10);
        s20 = add_product(a2, b0, s20);
        s30 = add_product(a3, b0, s30);
        s01 = add_product(a0, b1, s01);
        s11 = add_product(a1, b1, s11);
        s21 = add_product(a2, b1, s21);
        s31 = add_product(a3, b1, s31);
        s02 = add_product(a0, b2, s02);
        s12 = add_product(a1, b2, s12);
        s22 = add_product(a2, b2, s22);
        s32 = add_product(a3, b2, s32);
        s03 = add_product(a0, b3, s03);
        s13 = add_product(a1, b3, s13);
        s23 = add_product(a2, b3, s23);
        s33 = add_product(a3, b3, s33);
      }
    }
    workgroupBarrier(); // nobody needs what was there before
    if (i < slices) {
      put_a(index, next_a);
      if (next.middle == 0u) {
        put_pixels(index, tile.z, place, next);
      }
      slice = next;
      next = next_tap(next);
    }
    workgroupBarrier();
  }

  let lane = index % LANES;
  for (var part = 0u; part < PARTS; part++) {
    put_part(
      part, subgroup, s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33,
    );
    workgroupBarrier();
    for (var quad = lane; quad < ABREAST * EDGE * EDGE / 4u; quad += LANES) {
      let row = quad / (ABREAST * EDGE / 4u);
      let four = quad % (ABREAST * EDGE / 4u);
      let matrix = part * ABREAST + four / (EDGE / 4u);
      let image = four % (EDGE / 4u) / (EDGE / 4u / IMAGES);
      let x = four % (EDGE / 4u / IMAGES) * 4u;
      let columns = four_positions(tile.z, place.image + image, place.y + line + matrix % 4u, place.x + x);
      let sums = four_sums(subgroup, row, four / (EDGE / 4u) * EDGE + x * IMAGES + image, IMAGES);
      store_four(columns, first_row + (row_band + matrix / 4u) * EDGE + row, sums, APART);
    }
    workgroupBarrier();
  }
}
