import type { Launch } from './program/launch.js';

/**
 * Who watches a device is told what the host does with it, as it happens: for traces. Each call comes before, and what it returns is
 * called after. Nobody pays for it where nobody watches.
 */
export interface DeviceWatcher {
  /** The host hands over bytes, to be written to the device's memory. */
  uploading(bytes: number): () => void;
  /** It encodes and submits launches. */
  submitting(launches: readonly Launch[]): WatchedSubmit;
  /** It asks for bytes of the device's memory; they are here when the function is called. */
  reading(bytes: number): () => void;
}

/** Launches on their way to the device. */
export interface WatchedSubmit {
  /** What the pass of one of them must say; left out, all of them share one pass, as they do where nobody watches. */
  passOf?(index: number): GPUComputePassDescriptor;
  /** All are encoded; what is added now comes behind them. */
  encoded?(encoder: GPUCommandEncoder): void;
  /** All are submitted. */
  submitted(): void;
}
