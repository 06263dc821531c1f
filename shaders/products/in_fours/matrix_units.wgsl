// Matrices that the threads of a subgroup hold together, and the workgroup memory that they come from.
//
// A panel is one matrix of halves in workgroup memory, in EDGE lines of eight halves to a vec4u, and eight more so that the lines that
// are read at once lie in different banks. For the taps of a window a panel of b has more lines, and a matrix begins some lines further on
// for each. Panels are elements of an array, and where a matrix lies in its panel is constant: so a driver need not check each time whether
// it does. Both slices may be split: what rounding to halves leaves of a number is kept as halves too, in panels of its own.
//
// Tests run on devices without matrix units, with a module in this one's place.

enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

const EDGE: u32 = 16u; // rows and columns of a matrix
const LANES: u32 = 32u; // threads of a subgroup
const BANDS_OF_ROWS: u32 = 4u; // matrices one below another in a tile
const BANDS_OF_COLUMNS: u32 = 8u; // and side by side
const STEPS: u32 = 2u; // matrices along the terms of a slice
const SUBGROUPS: u32 = 2u;
const SPLIT: bool = false;
const ABREAST: u32 = 2u; // matrices of sums, one or two, that a subgroup stores at a time
const A_TURNED: bool = false; // lines of a panel are terms, or else rows
const B_TURNED: bool = false; // lines of a panel are columns, or else terms
// Where columns are positions of images: what a window sees around those of a tile is there too.
const BANDS_AROUND: u32 = 0u; // more bands of columns
const TAPS: u32 = 1u; // in a line of the window, at most five: a matrix of b begins at a place for each
const APART_TAPS: u32 = 1u; // lines of a panel from one of them to the next

const THREADS = LANES * SUBGROUPS;
const LINE = EDGE / 8u + 1u; // of a panel, in vec4u
const B_BANDS = BANDS_OF_COLUMNS + BANDS_AROUND;
const B_LINES = EDGE + (TAPS - 1u) * APART_TAPS; // of a panel of b
const SUMS_LINE = ABREAST * EDGE + 4u;

alias Panel = array<vec4u, EDGE * LINE>;
alias PanelOfB = array<vec4u, B_LINES * LINE>;
alias Left = subgroup_matrix_left<f16, EDGE, EDGE>;
alias Right = subgroup_matrix_right<f16, EDGE, EDGE>;
alias Sums = subgroup_matrix_result<f32, EDGE, EDGE>;

var<workgroup> a_panels: array<array<Panel, STEPS>, BANDS_OF_ROWS>;
var<workgroup> b_panels: array<array<PanelOfB, STEPS>, B_BANDS>;
var<workgroup> a_rests: array<array<Panel, select(1u, STEPS, SPLIT)>, select(1u, BANDS_OF_ROWS, SPLIT)>;
var<workgroup> b_rests: array<array<Panel, select(1u, STEPS, SPLIT)>, select(1u, BANDS_OF_COLUMNS, SPLIT)>;
// Two matrices of sums side by side for each subgroup, or one of them, on their way to storage.
var<workgroup> sums_of: array<array<f32, EDGE * SUMS_LINE>, SUBGROUPS>;

fn left_matrix(band: u32, step: u32) -> Left {
  if (A_TURNED) {
    return subgroupMatrixLoad<Left, col_major>(&a_panels[band][step], 0u, LINE);
  }
  return subgroupMatrixLoad<Left, row_major>(&a_panels[band][step], 0u, LINE);
}

fn left_rest(band: u32, step: u32) -> Left {
  if (A_TURNED) {
    return subgroupMatrixLoad<Left, col_major>(&a_rests[band][step], 0u, LINE);
  }
  return subgroupMatrixLoad<Left, row_major>(&a_rests[band][step], 0u, LINE);
}

fn right_matrix(band: u32, step: u32) -> Right {
  if (B_TURNED) {
    return subgroupMatrixLoad<Right, col_major>(&b_panels[band][step], 0u, LINE);
  }
  return subgroupMatrixLoad<Right, row_major>(&b_panels[band][step], 0u, LINE);
}

fn right_rest(band: u32, step: u32) -> Right {
  if (B_TURNED) {
    return subgroupMatrixLoad<Right, col_major>(&b_rests[band][step], 0u, LINE);
  }
  return subgroupMatrixLoad<Right, row_major>(&b_rests[band][step], 0u, LINE);
}

// What a tap of a window sees of a band of columns, in a panel some lines of the image below: tap by tap, as where it begins must be
// constant.
fn seen_by_tap_0(band: u32, below: u32, step: u32) -> Right {
  return subgroupMatrixLoad<Right, col_major>(&b_panels[band + below][step], 0u, LINE);
}

fn seen_by_tap_1(band: u32, below: u32, step: u32) -> Right {
  return subgroupMatrixLoad<Right, col_major>(&b_panels[band + below][step], min(1u, TAPS - 1u) * APART_TAPS * LINE, LINE);
}

fn seen_by_tap_2(band: u32, below: u32, step: u32) -> Right {
  return subgroupMatrixLoad<Right, col_major>(&b_panels[band + below][step], min(2u, TAPS - 1u) * APART_TAPS * LINE, LINE);
}

fn seen_by_tap_3(band: u32, below: u32, step: u32) -> Right {
  return subgroupMatrixLoad<Right, col_major>(&b_panels[band + below][step], min(3u, TAPS - 1u) * APART_TAPS * LINE, LINE);
}

fn seen_by_tap_4(band: u32, below: u32, step: u32) -> Right {
  return subgroupMatrixLoad<Right, col_major>(&b_panels[band + below][step], min(4u, TAPS - 1u) * APART_TAPS * LINE, LINE);
}

fn add_product(left: Left, right: Right, sums: Sums) -> Sums {
  return subgroupMatrixMultiplyAccumulate(left, right, sums);
}

// Both, or `which` of them.
fn put_sums(subgroup: u32, which: u32, left: Sums, right: Sums) {
  if (ABREAST == 2u || which == 0u) {
    subgroupMatrixStore<row_major>(&sums_of[subgroup], 0u, left, SUMS_LINE);
  }
  if (ABREAST == 2u || which == 1u) {
    subgroupMatrixStore<row_major>(&sums_of[subgroup], (ABREAST - 1u) * EDGE, right, SUMS_LINE);
  }
}
