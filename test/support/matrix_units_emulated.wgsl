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
const BANDS_AROUND: u32 = 0u;
const TAPS: u32 = 1u;
const APART_TAPS: u32 = 1u;

const THREADS = LANES * SUBGROUPS;
const LINE = EDGE / 8u + 1u;
const B_BANDS = BANDS_OF_COLUMNS + BANDS_AROUND;
const B_LINES = EDGE + (TAPS - 1u) * APART_TAPS;
const SUMS_LINE = ABREAST * EDGE + 4u;

struct Matrix {
  band: u32, // of the tile
  panel: u32,
  step: u32,
  first: u32, // line of the panel
  rest: bool,
}

alias Panel = array<vec4u, EDGE * LINE>;
alias PanelOfB = array<vec4u, B_LINES * LINE>;
alias Left = Matrix;
alias Right = Matrix;
alias Sums = u32;

var<workgroup> a_panels: array<array<Panel, STEPS>, BANDS_OF_ROWS>;
var<workgroup> b_panels: array<array<PanelOfB, STEPS>, B_BANDS>;
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
  return Matrix(band, band, step, 0u, false);
}

fn left_rest(band: u32, step: u32) -> Left {
  return Matrix(band, band, step, 0u, true);
}

fn right_matrix(band: u32, step: u32) -> Right {
  return Matrix(band, band, step, 0u, false);
}

fn right_rest(band: u32, step: u32) -> Right {
  return Matrix(band, band, step, 0u, true);
}

fn seen_by_tap_0(band: u32, below: u32, step: u32) -> Right {
  return Matrix(band, band + below, step, 0u, false);
}

fn seen_by_tap_1(band: u32, below: u32, step: u32) -> Right {
  return Matrix(band, band + below, step, APART_TAPS, false);
}

fn seen_by_tap_2(band: u32, below: u32, step: u32) -> Right {
  return Matrix(band, band + below, step, 2u * APART_TAPS, false);
}

fn seen_by_tap_3(band: u32, below: u32, step: u32) -> Right {
  return Matrix(band, band + below, step, 3u * APART_TAPS, false);
}

fn seen_by_tap_4(band: u32, below: u32, step: u32) -> Right {
  return Matrix(band, band + below, step, 4u * APART_TAPS, false);
}

fn half_of(word: u32, which: u32) -> f32 {
  return unpack2x16float(word)[which];
}

fn element_of_left(matrix: Left, row: u32, term: u32) -> f32 {
  let line = select(row, term, A_TURNED);
  let along = select(term, row, A_TURNED);
  let at = line * LINE + along / 8u;
  if (matrix.rest) {
    return half_of(a_rests[matrix.panel][matrix.step][at][along % 8u / 2u], along % 2u);
  }
  return half_of(a_panels[matrix.panel][matrix.step][at][along % 8u / 2u], along % 2u);
}

fn element_of_right(matrix: Right, term: u32, column: u32) -> f32 {
  let line = select(term, column, B_TURNED);
  let along = select(column, term, B_TURNED);
  let at = (matrix.first + line) * LINE + along / 8u;
  if (matrix.rest) {
    return half_of(b_rests[matrix.panel][matrix.step][at][along % 8u / 2u], along % 2u);
  }
  return half_of(b_panels[matrix.panel][matrix.step][at][along % 8u / 2u], along % 2u);
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
