// Pieces of images, which a workgroup computes one of: what the taps of a window see there, and around it, is then kept for all of them.
//
// A piece is LINES lines of PIECE_WIDTH positions, the same of IMAGES images that follow one another.

import super::columns::{Columns, columns_of};
import super::parameters::params;

const PIECE_WIDTH: u32 = 16u;
const LINES: u32 = 8u;
const IMAGES: u32 = 1u;

// Where a piece begins.
struct Place {
  image: u32,
  y: u32,
  x: u32,
}

// Pieces go along the lines of an image, then down, then to the next images.
fn place_of(piece: u32) -> Place {
  let across = (params.column_width + PIECE_WIDTH - 1u) / PIECE_WIDTH;
  let lines = (params.group + params.column_width - 1u) / params.column_width;
  let in_image = across * ((lines + LINES - 1u) / LINES);
  let image = piece / in_image;
  let within = piece - image * in_image;
  return Place(image * IMAGES, within / across * LINES, within % across * PIECE_WIDTH);
}

// Four positions side by side, of which those are inside that are in the line, and in the image.
fn four_positions(batch: u32, image: u32, y: u32, x: u32) -> Columns {
  let within = y * params.column_width + x;
  var columns = columns_of(batch, image * params.group + within, 1u);
  let lanes = vec4u(0u, 1u, 2u, 3u);
  columns.inside &= (x + lanes < vec4u(params.column_width)) & (within + lanes < vec4u(params.group));
  return columns;
}
