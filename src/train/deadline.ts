/**
 * The end of the time that a process was given. Unlike a person's signal it can wait: work that a deadline stops has come
 * further than where it began, or processes that are given too little time would follow each other for ever.
 */
export class Deadline {
  /** Is the time over? */
  over = false;
  /** Are the images ready that are trained on now? Preparing them is not cut short. */
  ready = false;
  #progressed = false;

  /** To be called when a training step was taken. */
  progressed(): void {
    this.#progressed = true;
  }

  /** Must the work stop? Not before a step was taken, by this process. */
  get isDue(): boolean {
    return this.over && this.#progressed;
  }
}
