// The scale of the next step's loss, after all optimizers took or skipped this one.
//
//   scale = backoff_factor scale    if a gradient was not finite, but not below SMALLEST
//           growth_factor scale     after growth_interval steps in a row without one, unless that is above LARGEST
//           scale                   else
//
// One thread: there is next to nothing to do, but between two other launches.

import super::loss_scale::LossScale;

struct Params {
  optimizers: u32,
  growth_factor: f32,
  backoff_factor: f32,
  growth_interval: u32,
}

// 2^126: of what is larger, the inverse may be taken for 0.
const LARGEST: f32 = 0x1p126;
// 2^-126: what is smaller may be taken for 0, from which no scale grows again.
const SMALLEST: f32 = 0x1p-126;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> state: LossScale;

@compute @workgroup_size(1)
fn update() {
  var found = false;
  for (var slot = 0u; slot < params.optimizers; slot++) {
    found |= state.found[slot] != 0u;
    state.found[slot] = 0u;
  }
  let scale = state.scale;
  state.last_scale = scale;
  if (found) {
    state.scale = max(SMALLEST, params.backoff_factor * scale);
    state.good_steps = 0u;
    state.skipped_steps += 1u;
    return;
  }
  let good_steps = state.good_steps + 1u;
  let grown = params.growth_factor * scale;
  if (good_steps < params.growth_interval) {
    state.good_steps = good_steps;
    return;
  }
  state.good_steps = 0u;
  state.scale = select(scale, grown, grown <= LARGEST);
}
