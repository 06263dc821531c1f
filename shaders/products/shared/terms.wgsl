// The walk along the summation, whose three levels (outer, middle, inner) are one axis of terms to a thread.
//
// So short inner blocks fill slices too. A division costs as much as a dozen multiply-adds: only a step that leaves its block of
// inner terms pays for one.

import super::parameters::params;

// Where a term is in the three levels of the summation, and in the window.
struct Term {
  outer: u32,
  middle: u32,
  inner: u32,
  line: u32, // middle / middle_width
  place: u32, // middle % middle_width
}

// The term that comes `terms` after another.
fn advance(start: Term, terms: u32) -> Term {
  var term = start;
  term.inner += terms;
  if (term.inner >= params.inner) {
    let blocks = term.inner / params.inner;
    term.inner -= blocks * params.inner;
    term.middle += blocks;
    term.outer += term.middle / params.middle;
    term.middle %= params.middle;
    term.line = term.middle / params.middle_width;
    term.place = term.middle - term.line * params.middle_width;
  }
  return term;
}
