/** How far the fitting or applying of a preprocessing is. */
export interface PreprocessingProgress {
  /** What is being done, such as `zca: covariance`. */
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

export type OnProgress = (progress: PreprocessingProgress) => void;
