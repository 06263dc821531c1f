// The walk along the summation in slices of DEPTH terms, the same for all threads of a workgroup.
//
// A slice lies within one block of inner terms, so that the tap of a window is found once for all of it. Where a block is short,
// or the terms are the positions of an image, all blocks of (middle, inner) are one: ACROSS. Then a must go on from block to block in
// even steps, and each thread finds the tap of its own term.

import super::super::shared::parameters::params;

const DEPTH: u32 = 16u; // terms of the summation a slice
const ACROSS: bool = false; // slices go on from one block of inner terms to the next

struct Slice {
  outer: u32,
  middle: u32,
  first: u32, // of its terms in the block
}

fn terms_in_block() -> u32 {
  return select(params.inner, params.middle * params.inner, ACROSS);
}

fn count_of_slices() -> u32 {
  let blocks = select(params.outer * params.middle, params.outer, ACROSS);
  return blocks * ((terms_in_block() + DEPTH - 1u) / DEPTH);
}

fn next_slice(slice: Slice) -> Slice {
  var next = slice;
  next.first += DEPTH;
  if (next.first >= terms_in_block()) {
    next.first = 0u;
    next.middle += 1u;
    if (ACROSS || next.middle == params.middle) {
      next.middle = 0u;
      next.outer += 1u;
    }
  }
  return next;
}

// Is this term of a slice one of the block? Past the end there are zeros, in a and in b.
fn is_term(slice: Slice, term: u32) -> bool {
  return slice.first + term < terms_in_block();
}

// Where a slice begins in a.
fn place_in_a(batch: u32, slice: Slice) -> u32 {
  return params.a_start + batch * params.a_batch + slice.outer * params.a_outer + slice.middle * params.a_middle
    + slice.first * params.a_inner;
}
