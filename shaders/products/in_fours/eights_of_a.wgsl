// Fetching a in eights, which become halves on their way to the panels that matrices are loaded from (matrix_units.wgsl).
//
// The threads of a workgroup share out a slice: each fetches as many eights as every other, along terms or, where a lies so, along rows.

import super::halves::{halves_of, rest_of, rounded_halves_of};
import super::matrix_units::{EDGE, THREADS, BANDS_OF_ROWS, STEPS, SPLIT, LINE, A_TURNED, a_panels, a_rests};
import super::operands::a_quads;
import super::super::shared::parameters::params;
import super::slices::{Slice, is_term};

const TILE_ROWS = EDGE * BANDS_OF_ROWS;
const TERMS = EDGE * STEPS; // of a slice: DEPTH of slices.wgsl
const ROW_EIGHTS = TILE_ROWS / 8u;
const TERM_EIGHTS = TERMS / 8u;
const A_FETCHES = TERMS * ROW_EIGHTS / THREADS; // eights of a that a thread fetches for each slice

// Eight numbers.
struct Eight {
  first: vec4f,
  second: vec4f,
}

// A thread's eights of a in a slice that begins at `place`. Past the last row that one is read again, and never stored.
fn load_a(index: u32, first_row: u32, place: u32, slice: Slice) -> array<Eight, A_FETCHES> {
  var eights: array<Eight, A_FETCHES>;
  for (var i = 0u; i < A_FETCHES; i++) {
    let fetch = index + i * THREADS;
    if (A_TURNED) {
      let row = first_row + fetch % ROW_EIGHTS * 8u;
      let term = fetch / ROW_EIGHTS;
      if (is_term(slice, term)) {
        let at = place + term * params.a_inner;
        eights[i].first = vec4f(a_quads[(at + min(row, params.rows - 4u)) / 4u]);
        eights[i].second = vec4f(a_quads[(at + min(row + 4u, params.rows - 4u)) / 4u]);
      }
    } else {
      let row = min(first_row + fetch / TERM_EIGHTS, params.rows - 1u);
      let term = fetch % TERM_EIGHTS * 8u;
      let at = (place + row * params.a_row + term) / 4u;
      if (is_term(slice, term)) {
        eights[i].first = vec4f(a_quads[at]);
      }
      if (is_term(slice, term + 4u)) {
        eights[i].second = vec4f(a_quads[at + 1u]);
      }
    }
  }
  return eights;
}

// Where line `line` of a slice has its eighth `eight`, in a panel.
fn place_in_panel(line: u32, eight: u32) -> u32 {
  return line % EDGE * LINE + eight % (EDGE / 8u);
}

fn put_a(index: u32, eights: array<Eight, A_FETCHES>) {
  for (var i = 0u; i < A_FETCHES; i++) {
    let fetch = index + i * THREADS;
    var row = fetch / TERM_EIGHTS;
    var term = fetch % TERM_EIGHTS * 8u;
    var at = place_in_panel(row, term / 8u);
    if (A_TURNED) {
      row = fetch % ROW_EIGHTS * 8u;
      term = fetch / ROW_EIGHTS;
      at = place_in_panel(term, row / 8u);
    }
    if (SPLIT) {
      a_panels[row / EDGE][term / EDGE][at] = rounded_halves_of(eights[i].first, eights[i].second);
      a_rests[row / EDGE][term / EDGE][at] = rest_of(eights[i].first, eights[i].second);
    } else {
      a_panels[row / EDGE][term / EDGE][at] = halves_of(eights[i].first, eights[i].second);
    }
  }
}
