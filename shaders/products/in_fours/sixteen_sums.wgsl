// The matrices of sums of a subgroup, four high and four wide, on their way to storage.
//
// They go through workgroup memory, ABREAST of them at a time, from which threads take four sums of a row.

import super::matrix_units::{ABREAST, SUMS_LINE, Sums, put_sums, sums_of};

const PARTS = 16u / ABREAST;

// The matrices number part * ABREAST and, if ABREAST is 2, the next.
fn put_part(
  part: u32,
  subgroup: u32,
  s00: Sums,
  s01: Sums,
  s02: Sums,
  s03: Sums,
  s10: Sums,
  s11: Sums,
  s12: Sums,
  s13: Sums,
  s20: Sums,
  s21: Sums,
  s22: Sums,
  s23: Sums,
  s30: Sums,
  s31: Sums,
  s32: Sums,
  s33: Sums,
) {
  let which = part * ABREAST % 2u;
  switch (part * ABREAST / 2u) {
    case 0u: { put_sums(subgroup, which, s00, s01); }
    case 1u: { put_sums(subgroup, which, s02, s03); }
    case 2u: { put_sums(subgroup, which, s10, s11); }
    case 3u: { put_sums(subgroup, which, s12, s13); }
    case 4u: { put_sums(subgroup, which, s20, s21); }
    case 5u: { put_sums(subgroup, which, s22, s23); }
    case 6u: { put_sums(subgroup, which, s30, s31); }
    default: { put_sums(subgroup, which, s32, s33); }
  }
}

// Four sums of a row, `apart` columns from one another, of a matrix or of two side by side.
fn four_sums(subgroup: u32, row: u32, column: u32, apart: u32) -> vec4f {
  let at = row * SUMS_LINE + column;
  return vec4f(
    sums_of[subgroup][at],
    sums_of[subgroup][at + apart],
    sums_of[subgroup][at + 2u * apart],
    sums_of[subgroup][at + 3u * apart],
  );
}
