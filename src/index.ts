/**
 * dawngrad: tensors, automatic differentiation and neural networks, every operation a WGSL compute shader run by Dawn.
 *
 * The source is a house, listed here from the ground up; each floor imports only from those before it in the list:
 *
 * | floor              | what                                                                                     |
 * |--------------------|------------------------------------------------------------------------------------------|
 * | `shaders/`         | the kernels themselves, one WGSL file a family, and the modules that several import      |
 * | `src/errors/`      | what the engine throws, as data, and the rules that arguments and options are held to    |
 * | `src/files/`       | reading, replacing, claiming and explaining files                                        |
 * | `src/gpu/`         | adapter and device, memory, compiled shaders, programs: recorded steps that run again    |
 * | `src/tensor/`      | `Tensor`: shape, type and memory on the device; making and reading them                  |
 * | `src/kernels/`     | how each shader is launched: bindings, parameters, grid, cost; which variant is chosen   |
 * | `src/autograd/`    | the tape; each op's forward and backward side by side; `gradcheck`, `opTest`             |
 * | `src/nn/`          | modules, layers, initialisation, optimizers, schedules, the models                       |
 * | `src/data/`        | data sets, of known files, of your own images, or drawn; preprocessing; batches          |
 * | `src/train/`       | training runs, recipes, users' nets, checkpoints, ONNX; steps watched; nets' answers     |
 * | `src/inspect/`     | diagnosis, a step explained, the memory plan, summaries, the tuner, runs as pictures     |
 * | `src/experiments/` | the paper's tables and figures made anew; searches for the best settings                 |
 * | `src/cli/`         | the command line: one file a command, and how its output looks                           |
 *
 * What to know first: `await Device.create()` opens a GPU, tensors live on it, and reading one back (`item`, `toArray`) is
 * the only thing that waits. Wrap each training step in `tidy`, so that its tensors give their memory back.
 *
 * @module
 */
/// <reference types="@webgpu/types" preserve="true" />

// Ops on tensors, the tape, and the nets made of them; layers' options, rather than those of the ops of the same name.
export * from './autograd/index.js';
// Data sets, and their way to the device.
export {
  type AnyImages,
  type ByteImages,
  DATASET_NAMES,
  DataError,
  type Dataset,
  type DatasetOptions,
  type DecodedImage,
  DOWNLOADABLE,
  type DownloadOptions,
  dataset,
  detectDataset,
  download,
  type FloatImageSet,
  type GlyphsOptions,
  glyphs,
  type ImageFolderOptions,
  type ImageSet,
  type ImageSource,
  imageFolder,
  inMemory,
  loadDataset,
  MissingDataError,
  type PreparedImages,
  Preprocessing,
  type PreprocessingProgress,
  type PreprocessingSpec,
  type Progress,
  readImage,
  type StepSpec,
  type StreamedDataset,
  type StreamedImageSet,
  take,
} from './data/index.js';
export { type Batch, BatchLoader, type LoaderOptions } from './data/loader.js';
export { type Normalisation, normalisationOf } from './data/normalisation.js';
// What can go wrong.
export { ArgumentError, DawngradError, FileError, ShapeError } from './errors/errors.js';
// Devices and tensors.
export { type AdapterDescription, type AdapterOptions, listAdapters } from './gpu/adapter.js';
export { Device } from './gpu/device.js';
export {
  AdapterError,
  DeviceLostError,
  GpuValidationError,
  LimitError,
  OutOfMemoryError,
} from './gpu/gpu-errors.js';
export type { MemoryUse } from './gpu/memory/pool.js';
export type { DeviceOptions } from './gpu/open-device.js';
export type { Precision } from './gpu/precision.js';
export type { ProgramPlan } from './gpu/program/plan.js';
export type { Program } from './gpu/program/program.js';
export { ShaderError } from './gpu/shaders/shader-error.js';
// Programs explained.
export * from './inspect/index.js';
export { defineKernel, type Kernel, type KernelDeclaration, launch, linearGrid } from './kernels/kernel.js';
export { randomState } from './kernels/random-key.js';
export type {
  BatchNorm2dOptions,
  Conv2dOptions,
  ConvTranspose2dOptions,
  LocalConv2dOptions,
} from './nn/index.js';
export * from './nn/index.js';
export {
  from,
  fromArray,
  full,
  ones,
  onesLike,
  type RandomOptions,
  randn,
  uniform,
  zeros,
  zerosLike,
} from './tensor/create.js';
export { type ArangeOptions, arange, eye, linspace } from './tensor/sequences.js';
export type { Pair, Shape } from './tensor/shape.js';
export { type DType, Tensor } from './tensor/tensor.js';
export { keep, tidy } from './tensor/tidy.js';
// Training runs.
export * from './train/index.js';
