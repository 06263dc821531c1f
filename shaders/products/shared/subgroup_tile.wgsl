// A tile of ROWS rows x (4 * LANES) columns of c that one subgroup keeps in registers, four columns a lane.
//
// The sums have names of their own because an indexed array would be slower still on a CPU that plays GPU. So rows are stored in
// a loop that picks them from the variables: unrolled, the stores would take ten times as long to compile as all the rest.

import super::columns::Columns;
import super::operands::a;
import super::parameters::params;
import super::pick::pick;
import super::store::store;

const LANES: u32 = 8u;
const ROWS: u32 = 32u; // 16, 32 or 64

// Sixteen rows of the tile, four columns a lane.
struct Sixteen {
  r0: vec4f,
  r1: vec4f,
  r2: vec4f,
  r3: vec4f,
  r4: vec4f,
  r5: vec4f,
  r6: vec4f,
  r7: vec4f,
  r8: vec4f,
  r9: vec4f,
  r10: vec4f,
  r11: vec4f,
  r12: vec4f,
  r13: vec4f,
  r14: vec4f,
  r15: vec4f,
}

// Where in a sixteen rows begin: .x is that of a lane's row. Where there are only 8 lanes, .y is that of another, 8 below.
fn rows_of(batch: u32, first: u32, lane: u32) -> vec2u {
  let row = first + lane % min(LANES, 16u) + vec2u(0u, 8u);
  return params.a_start + batch * params.a_batch + min(row, vec2u(params.rows - 1u)) * params.a_row;
}

// Rows from `first` up to `end`, by halves.
fn store_sixteen(sums: ptr<function, Sixteen>, columns: Columns, first: u32, end: u32) {
  for (var eight = first; eight < min(first + 16u, end); eight += 8u) {
    let upper = eight == first;
    let r0 = select((*sums).r8, (*sums).r0, upper);
    let r1 = select((*sums).r9, (*sums).r1, upper);
    let r2 = select((*sums).r10, (*sums).r2, upper);
    let r3 = select((*sums).r11, (*sums).r3, upper);
    let r4 = select((*sums).r12, (*sums).r4, upper);
    let r5 = select((*sums).r13, (*sums).r5, upper);
    let r6 = select((*sums).r14, (*sums).r6, upper);
    let r7 = select((*sums).r15, (*sums).r7, upper);
    for (var row = eight; row < min(eight + 8u, end); row++) {
      store(columns, row, pick(row - eight, r0, r1, r2, r3, r4, r5, r6, r7));
    }
  }
}

// All sixteens of the tile, by one copy of the code.
fn store_tile(
  sums0: ptr<function, Sixteen>,
  sums16: ptr<function, Sixteen>,
  sums32: ptr<function, Sixteen>,
  sums48: ptr<function, Sixteen>,
  columns: Columns,
  first_row: u32,
) {
  let end = min(first_row + ROWS, params.rows);
  for (var first = first_row; first < end; first += 16u) {
    var sums = *sums0;
    if (ROWS > 16u && first == first_row + 16u) {
      sums = *sums16;
    }
    if (ROWS > 32u && first == first_row + 32u) {
      sums = *sums32;
    }
    if (ROWS > 48u && first == first_row + 48u) {
      sums = *sums48;
    }
    store_sixteen(&sums, columns, first, end);
  }
}
