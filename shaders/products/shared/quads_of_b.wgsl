// Fetching b in quads: one term of four columns at a time, perhaps through a window.
//
// As with a, neighbouring threads fetch along the axis along which the numbers are closer in memory.

import super::columns::Columns;
import super::operands::b;
import super::parameters::params;
import super::terms::Term;
import super::window::{WINDOW, inside_image};

const B_ALONG_TERMS: bool = false; // neighbouring threads fetch along the summation, or else along the columns

// Terms past the end are zeros, here and in a.
fn load_b(columns: Columns, term: Term) -> vec4f {
  if (term.outer >= params.outer) {
    return vec4f();
  }
  var at = columns.b + (term.outer * params.b_outer + term.inner * params.b_inner);
  if (!WINDOW) {
    return vec4f(f32(b[at.x]), f32(b[at.y]), f32(b[at.z]), f32(b[at.w]));
  }
  let y = columns.y + i32(term.line) * params.middle_y;
  let x = columns.x + (i32(term.place) * params.middle_x + i32(term.inner) * params.inner_x);
  let inside = inside_image(y, x);
  at = select(vec4u(), at + vec4u(y) * params.width + vec4u(x), inside);
  return select(vec4f(), vec4f(f32(b[at.x]), f32(b[at.y]), f32(b[at.z]), f32(b[at.w])), inside);
}
