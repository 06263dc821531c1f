// In place of shaders/products/shared/matrix_units.wgsl where there are no matrix units: matrices multiplied by 32 threads, as slowly as
// they may. A thread answers for half a row of a matrix of sums and keeps that. Of the other two it keeps where they are, and
// reads them when they are multiplied: a copy of each takes a software driver ten times as long to compile.

const EDGE: u32 = 16u;
const LANES: u32 = 32u;
const BANDS_OF_ROWS: u32 = 4u;
const BANDS_OF_COLUMNS: u32 = 8u;
const STEPS: u32 = 2u;
const SUBGROUPS: u32 = 2u;
const SPLIT: bool = false;
const A_TURNED: bool = false;
const B_TURNED: bool = false;

const LINE = EDGE / 8u + 1u;
const SUMS_LINE = 2u * EDGE + 4u;

struct Matrix {
  band: u32,
  step: u32,
  rest: bool,
}

alias Panel = array<vec4u, EDGE * LINE>;
alias Left = Matrix;
alias Right = Matrix;
alias Sums = array<f32, 8>;

var<workgroup> a_panels: array<array<Panel, STEPS>, BANDS_OF_ROWS>;
var<workgroup> b_panels: array<array<Panel, STEPS>, BANDS_OF_COLUMNS>;
var<workgroup> a_rests: array<array<Panel, select(1u, STEPS, SPLIT)>, select(1u, BANDS_OF_ROWS, SPLIT)>;
var<workgroup> b_rests: array<array<Panel, select(1u, STEPS, SPLIT)>, select(1u, BANDS_OF_COLUMNS, SPLIT)>;
var<workgroup> sums_of: array<array<f32, EDGE * SUMS_LINE>, SUBGROUPS>;

var<private> lane_of_matrix: u32;
var<private> sixteen: u32; // a loop that might end elsewhere is not unrolled

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
  var total = sums;
  for (var step = 0u; step < 8u * sixteen; step++) {
    let column = lane_of_matrix % 2u * 8u + step % 8u;
    total[step % 8u] += element_of_left(left, lane_of_matrix / 2u, step / 8u) * element_of_right(right, step / 8u, column);
  }
  return total;
}

fn put_sums(subgroup: u32, left: Sums, right: Sums) {
  let at = lane_of_matrix / 2u * SUMS_LINE + lane_of_matrix % 2u * 8u;
  for (var i = 0u; i < sixteen / 2u; i++) {
    sums_of[subgroup][at + i] = left[i];
    sums_of[subgroup][at + EDGE + i] = right[i];
  }
}
