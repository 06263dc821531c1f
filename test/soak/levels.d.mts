/** What a process holds at some moment of a soak. */
export interface Sample {
  readonly rss: number;
  readonly heap: number;
  readonly used: number;
  readonly free: number;
  readonly descriptors: number;
  readonly resources: number;
}

export function grown(samples: readonly Sample[]): { what: string; from: number; to: number }[];
