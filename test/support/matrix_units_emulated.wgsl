// In place of shaders/products/in_fours/matrix_units.wgsl where there are no matrix units: matrices multiplied as slowly as they may be.
//
// Sums lie in workgroup memory; a matrix of them is its number, which follows from the bands that it is the product of. Of the other
// two a thread keeps where they are, and reads them when they are multiplied. Copies of matrices, and arrays that a thread keeps to
// itself, take a software driver ten times as long to compile.

import package::products::shared::parameters::params;

const EDGE: u32 = 16u;
const LANES: u32 = 32u;
const BANDS_OF_ROWS: u32 = 4u;
const BANDS_OF_COLUMNS: u32 = 8u;
const STEPS: u32 = 2u;
const SUBGROUPS: u32 = 2u;
const SPLIT: bool = false;
const ABREAST: u32 = 2u;
const A_TURNED: bool = false;
const B_TURNED: bool = false;

const LINE = EDGE / 8u + 1u;
const SUMS_LINE = ABREAST * EDGE + 4u;

struct Matrix {
  band: u32,
  step: u32,
  rest: bool,
}

alias Panel = array<vec4u, EDGE * LINE>;
alias Left = Matrix;
alias Right = Matrix;
alias Sums = u32;

var<workgroup> a_panels: array<array<Panel, STEPS>, BANDS_OF_ROWS>;
var<workgroup> b_panels: array<array<Panel, STEPS>, BANDS_OF_COLUMNS>;
var<workgroup> a_rests: array<array<Panel, select(1u, STEPS, SPLIT)>, select(1u, BANDS_OF_ROWS, SPLIT)>;
var<workgroup> b_rests: array<array<Panel, select(1u, STEPS, SPLIT)>, select(1u, BANDS_OF_COLUMNS, SPLIT)>;
var<workgroup> sums_of: array<array<f32, EDGE * SUMS_LINE>, SUBGROUPS>;

var<workgroup> all_sums: array<array<f32, EDGE * EDGE>, 16u * SUBGROUPS>;

var<private> lane_of_matrix: u32;
var<private> first_of_subgroup: u32;
var<private> sixteen: u32; // a loop that might end elsewhere is not unrolled

fn begin_matrices(lane: u32, subgroup: u32) {
  lane_of_matrix = lane;
  first_of_subgroup = 16u * subgroup;
  sixteen = select(EDGE, 0u, params.batches == 0u);
}

fn left_matrix(band: u32, step: u32) -> Left {
  return Matrix(band, step, false);
}

fn left_rest(band: u32, step: u32) -> Left {
  return Matrix(band, step, true);
}

fn right_matrix(band: u32, step: u32) -> Right {
  return Matrix(band, step, false);
}

fn right_rest(band: u32, step: u32) -> Right {
  return Matrix(band, step, true);
}

fn half_of(word: u32, which: u32) -> f32 {
  return unpack2x16float(word)[which];
}

fn element_of_left(matrix: Left, row: u32, term: u32) -> f32 {
  let line = select(row, term, A_TURNED);
  let along = select(term, row, A_TURNED);
  let at = line * LINE + along / 8u;
  if (matrix.rest) {
    return half_of(a_rests[matrix.band][matrix.step][at][along % 8u / 2u], along % 2u);
  }
  return half_of(a_panels[matrix.band][matrix.step][at][along % 8u / 2u], along % 2u);
}

fn element_of_right(matrix: Right, term: u32, column: u32) -> f32 {
  let line = select(term, column, B_TURNED);
  let along = select(column, term, B_TURNED);
  let at = line * LINE + along / 8u;
  if (matrix.rest) {
    return half_of(b_rests[matrix.band][matrix.step][at][along % 8u / 2u], along % 2u);
  }
  return half_of(b_panels[matrix.band][matrix.step][at][along % 8u / 2u], along % 2u);
}

fn add_product(left: Left, right: Right, sums: Sums) -> Sums {
  let number = first_of_subgroup + left.band % 4u * 4u + right.band % 4u;
  for (var at = lane_of_matrix; at < EDGE * sixteen; at += LANES) {
    for (var term = 0u; term < sixteen; term++) {
      all_sums[number][at] += element_of_left(left, at / EDGE, term) * element_of_right(right, term, at % EDGE);
    }
  }
  return number;
}

fn put_sums(subgroup: u32, which: u32, left: Sums, right: Sums) {
  for (var at = lane_of_matrix; at < EDGE * sixteen; at += LANES) {
    let place = at / EDGE * SUMS_LINE + at % EDGE;
    sums_of[subgroup][place] = all_sums[select(right, left, ABREAST == 2u || which == 0u)][at];
    if (ABREAST == 2u) {
      sums_of[subgroup][place + EDGE] = all_sums[right][at];
    }
  }
}
