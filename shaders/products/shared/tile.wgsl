// Which tile of c a workgroup computes: x along columns, y along rows, z along batches.
//
// A launch has 65,535 workgroups along a dimension at most. A product of more tiles takes several launches, of which each begins
// at a tile of its own (src/kernels/grid.ts).

import super::parameters::params;

fn tile_of(group: vec3u) -> vec3u {
  return group + vec3u(params.first_tile_x, params.first_tile_y, params.first_tile_z);
}
