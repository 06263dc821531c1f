// How fast this device's matrix units multiply.
//
// Products of 16 x 16 halves, added up in single precision, touch nothing but registers.
//
//   y[subgroup] = sum of sixteen matrices, each the sum of `rounds` products of 16 x 16 ones and ones / 1024: 16 rounds / 1024
//
// As in arithmetic.wgsl each sum waits for the one before it, so sixteen of them run side by side: four left matrices by four
// right ones, which are loaded once. They come from memory, so that no compiler knows what is in them.
//
// Subgroups must have 32 threads.

enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

struct Params {
  rounds: u32,
}

alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Sums = subgroup_matrix_result<f32, 16, 16>;

const WORKGROUP = 128u;
const SUBGROUPS = WORKGROUP / 32u;
const MATRIX = 256u; // elements

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ones: array<f32>; // at least four of them
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

var<workgroup> halves: array<f16, 8u * MATRIX>;
var<workgroup> sums: array<f32, SUBGROUPS * MATRIX>;

@compute @workgroup_size(WORKGROUP)
fn matrix(
  @builtin(local_invocation_index) index: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(subgroup_id) subgroup: u32,
) {
  for (var i = index; i < 8u * MATRIX; i += WORKGROUP) {
    halves[i] = f16(select(ones[i % 4u], ones[i % 4u] / 1024.0, i >= 4u * MATRIX));
  }
  workgroupBarrier();
  let l0 = subgroupMatrixLoad<Left, row_major>(&halves, 0u, 16u);
  let l1 = subgroupMatrixLoad<Left, row_major>(&halves, MATRIX, 16u);
  let l2 = subgroupMatrixLoad<Left, row_major>(&halves, 2u * MATRIX, 16u);
  let l3 = subgroupMatrixLoad<Left, row_major>(&halves, 3u * MATRIX, 16u);
  let r0 = subgroupMatrixLoad<Right, row_major>(&halves, 4u * MATRIX, 16u);
  let r1 = subgroupMatrixLoad<Right, row_major>(&halves, 5u * MATRIX, 16u);
  let r2 = subgroupMatrixLoad<Right, row_major>(&halves, 6u * MATRIX, 16u);
  let r3 = subgroupMatrixLoad<Right, row_major>(&halves, 7u * MATRIX, 16u);
  var s00: Sums;
  var s01: Sums;
  var s02: Sums;
  var s03: Sums;
  var s10: Sums;
  var s11: Sums;
  var s12: Sums;
  var s13: Sums;
  var s20: Sums;
  var s21: Sums;
  var s22: Sums;
  var s23: Sums;
  var s30: Sums;
  var s31: Sums;
  var s32: Sums;
  var s33: Sums;
  for (var round = 0u; round < params.rounds; round++) {
    s00 = subgroupMatrixMultiplyAccumulate(l0, r0, s00);
    s01 = subgroupMatrixMultiplyAccumulate(l0, r1, s01);
    s02 = subgroupMatrixMultiplyAccumulate(l0, r2, s02);
    s03 = subgroupMatrixMultiplyAccumulate(l0, r3, s03);
    s10 = subgroupMatrixMultiplyAccumulate(l1, r0, s10);
    s11 = subgroupMatrixMultiplyAccumulate(l1, r1, s11);
    s12 = subgroupMatrixMultiplyAccumulate(l1, r2, s12);
    s13 = subgroupMatrixMultiplyAccumulate(l1, r3, s13);
    s20 = subgroupMatrixMultiplyAccumulate(l2, r0, s20);
    s21 = subgroupMatrixMultiplyAccumulate(l2, r1, s21);
    s22 = subgroupMatrixMultiplyAccumulate(l2, r2, s22);
    s23 = subgroupMatrixMultiplyAccumulate(l2, r3, s23);
    s30 = subgroupMatrixMultiplyAccumulate(l3, r0, s30);
    s31 = subgroupMatrixMultiplyAccumulate(l3, r1, s31);
    s32 = subgroupMatrixMultiplyAccumulate(l3, r2, s32);
    s33 = subgroupMatrixMultiplyAccumulate(l3, r3, s33);
  }
  // Each is stored, or it would not be computed; one after the other through the same memory, of which the first element counts.
  let at = subgroup * MATRIX;
  var sum = 0.0;
  subgroupMatrixStore<row_major>(&sums, at, s00, 16u);
  workgroupBarrier();
  sum += sums[at];
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&sums, at, s01, 16u);
  workgroupBarrier();
  sum += sums[at];
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&sums, at, s02, 16u);
  workgroupBarrier();
  sum += sums[at];
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&sums, at, s03, 16u);
  workgroupBarrier();
  sum += sums[at];
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&sums, at, s10, 16u);
  workgroupBarrier();
  sum += sums[at];
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&sums, at, s11, 16u);
  workgroupBarrier();
  sum += sums[at];
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&sums, at, s12, 16u);
  workgroupBarrier();
  sum += sums[at];
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&sums, at, s13, 16u);
  workgroupBarrier();
  sum += sums[at];
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&sums, at, s20, 16u);
  workgroupBarrier();
  sum += sums[at];
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&sums, at, s21, 16u);
  workgroupBarrier();
  sum += sums[at];
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&sums, at, s22, 16u);
  workgroupBarrier();
  sum += sums[at];
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&sums, at, s23, 16u);
  workgroupBarrier();
  sum += sums[at];
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&sums, at, s30, 16u);
  workgroupBarrier();
  sum += sums[at];
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&sums, at, s31, 16u);
  workgroupBarrier();
  sum += sums[at];
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&sums, at, s32, 16u);
  workgroupBarrier();
  sum += sums[at];
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&sums, at, s33, 16u);
  workgroupBarrier();
  sum += sums[at];
  workgroupBarrier();
  if (index % 32u == 0u) {
    y[workgroup.x * SUBGROUPS + subgroup] = sum;
  }
}
