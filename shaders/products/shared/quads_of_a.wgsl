// Fetching a in quads: one term of four rows at a time, which stand in one vec4f of a slice in workgroup memory.
//
// Neighbouring threads fetch along the axis along which the numbers are closer in memory.

import super::operands::a;
import super::parameters::params;
import super::terms::Term;

const A_ALONG_TERMS: bool = true; // neighbouring threads fetch along the summation, or else along the rows

// Which quad of a slice a thread fetches first.
struct Fetch {
  term: u32,
  quad: u32,
}

// How `threads` threads share out a slice that is `quads` wide: the axis along which neighbouring threads go is the faster one.
fn fetch_of(index: u32, threads: u32, quads: u32, along_terms: bool) -> Fetch {
  if (along_terms) {
    return Fetch(index % (threads / quads), index / (threads / quads));
  }
  return Fetch(index / quads, index % quads);
}

// Where four rows begin in a, from `first` on, `apart` rows from one another. Past the edge the last row is read again, and
// never stored.
fn rows_of(batch: u32, first: u32, apart: u32) -> vec4u {
  let row = min(first + apart * vec4u(0u, 1u, 2u, 3u), vec4u(params.rows - 1u));
  return params.a_start + batch * params.a_batch + row * params.a_row;
}

// Terms past the end are zeros, here and in b.
fn load_a(rows: vec4u, term: Term) -> vec4f {
  if (term.outer >= params.outer) {
    return vec4f();
  }
  let at = rows + (term.outer * params.a_outer + term.middle * params.a_middle + term.inner * params.a_inner);
  return vec4f(f32(a[at.x]), f32(a[at.y]), f32(a[at.z]), f32(a[at.w]));
}
