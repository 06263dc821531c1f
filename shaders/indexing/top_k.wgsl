// The largest numbers along one axis, or the smallest, the most extreme one first; and where they are.
//
//   y[o, p, i] = the p-th of x[o, :, i] in order, index[o, p, i] where it is
//
// x is [outer, length, inner] and y is [outer, count, inner]. NaN counts as larger than any number, as in PyTorch, and 0 as equal to
// -0; of equals the one that comes first in x does here.
//
// Workgroups take rows in turn. For each p the threads look through their share of the row for the most extreme number behind the one
// before, then find the best of theirs in a tree. LEAST is fixed when the shader is compiled.

import package::order::order_of;

alias Stored = f32;

struct Params {
  rows: u32,
  length: u32,
  count: u32,
  inner: u32,
}

const LEAST: bool = false; // look for the smallest
const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;
@group(0) @binding(3) var<storage, read_write> index: array<u32>;

// A number of the row: how soon it is asked for, and where it is. Below any `rank` is none.
struct Candidate {
  rank: i32,
  place: u32,
}

const NONE = -0x7fffffff - 1;

var<workgroup> candidates: array<Candidate, WORKGROUP>;

fn comes_before(a: Candidate, b: Candidate) -> bool {
  return a.rank > b.rank || (a.rank == b.rank && a.place < b.place);
}

@compute @workgroup_size(WORKGROUP)
fn find(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  for (var row = group.x; row < params.rows; row += groups.x) {
    let outer = row / params.inner;
    let column = row - outer * params.inner;
    let begin = outer * params.length * params.inner + column;
    var last = Candidate(NONE, 0u);
    for (var p = 0u; p < params.count; p++) {
      var best = Candidate(NONE, 0u);
      for (var place = thread; place < params.length; place += WORKGROUP) {
        let order = order_of(f32(x[begin + place * params.inner]));
        let candidate = Candidate(select(order, -order, LEAST), place);
        if ((p == 0u || comes_before(last, candidate)) && candidate.rank > best.rank) {
          best = candidate;
        }
      }
      candidates[thread] = best;
      for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (thread < half && comes_before(candidates[thread + half], candidates[thread])) {
          candidates[thread] = candidates[thread + half];
        }
      }
      workgroupBarrier();
      last = candidates[0];
      if (thread == 0u) {
        let to = (outer * params.count + p) * params.inner + column;
        y[to] = x[begin + last.place * params.inner];
        index[to] = last.place;
      }
      workgroupBarrier(); // the next candidates take the place of these
    }
  }
}
