/** What a run tells whoever listens. */
import type { ByteImages, PreprocessingProgress } from '../../data/index.js';
import type { Device } from '../../gpu/device.js';
import type { RunConfig } from '../recipes/config.js';
import type { Score } from '../score.js';
import type { Position } from '../trainer.js';
import type { SplitDataset } from './data/split.js';
import type { EpochMetrics } from './metrics.js';

/** Hears how a run goes. */
export interface Reporter {
  /**
   * Images are being prepared, before anything else; only where that takes more than a mean and a deviation. Those of one's own are
   * decoded while the first epoch is trained, too.
   */
  preparing?(progress: PreprocessingProgress): void;
  started?(run: RunStart): void;
  stepped?(progress: StepProgress): void;
  evaluating?(done: number, of: number): void;
  finishedEpoch?(metrics: EpochMetrics): void;
  warned?(text: string): void;
}

/** A reporter that tells several others, each after the one before. */
export const together = (...reporters: readonly Reporter[]): Required<Reporter> => ({
  preparing(progress) {
    for (const reporter of reporters) reporter.preparing?.(progress);
  },
  started(run) {
    for (const reporter of reporters) reporter.started?.(run);
  },
  stepped(progress) {
    for (const reporter of reporters) reporter.stepped?.(progress);
  },
  evaluating(done, of) {
    for (const reporter of reporters) reporter.evaluating?.(done, of);
  },
  finishedEpoch(metrics) {
    for (const reporter of reporters) reporter.finishedEpoch?.(metrics);
  },
  warned(text) {
    for (const reporter of reporters) reporter.warned?.(text);
  },
});

/** What is known of a run when its first step is about to be taken. */
export interface RunStart {
  readonly config: RunConfig;
  readonly path: string;
  readonly dataset: SplitDataset<ByteImages>;
  readonly device: Device;
  /** Learned numbers in the net. */
  readonly parameters: number;
  /** Where it goes on; undefined for a run that begins. */
  readonly resumed?: Position;
}

/** How far an epoch is. */
export interface StepProgress {
  /** The epoch under way, from 1. */
  readonly epoch: number;
  /** Steps taken in this epoch, and how many it has. */
  readonly step: number;
  readonly steps: number;
  /** Score on the epoch's images so far. */
  readonly score: Score;
  readonly imagesPerSecond: number;
}
