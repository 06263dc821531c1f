import type { Device } from '../gpu/device.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * As what this device stores activations and their gradients: halves where half precision was asked for and it has them, which
 * halves what most kernels wait for. Weights and their gradients, sums, statistics, the loss and what optimizers keep are f32 always.
 */
export const storedDType = (device: Device): 'f32' | 'f16' =>
  device.precision === 'medium' && device.has('shader-f16') ? 'f16' : 'f32';

/** As what is stored what two tensors of floats make, as in PyTorch: f16 if both are, else f32. */
export const commonDType = (a: Tensor, b: Tensor): 'f32' | 'f16' =>
  a.dtype === 'f16' && b.dtype === 'f16' ? 'f16' : 'f32';
