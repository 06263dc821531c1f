// What a GradScaler (src/nn/optim/grad-scaler.ts) knows, on the device, so that no step waits for the host.
//
// Gradients in half precision vanish below 6e-8. So the loss is multiplied by a scale before it is gone back from, and the
// gradients are divided by it before they are used. Where the scale was too large for one of them to be finite, the step is
// skipped, and the scale falls; after many steps that were none too many it rises again.

const OPTIMIZERS: u32 = 32u;

struct LossScale {
  scale: f32, // of the next step
  last_scale: f32, // of the gradients that there are now
  good_steps: u32, // since the scale changed or a step was skipped
  skipped_steps: u32,
  // By optimizer: is one of its gradients not finite in this step?
  found: array<u32, OPTIMIZERS>,
}

// The words before `found`, for who takes the struct for an array of words.
const FOUND: u32 = 4u;
