/**
 * The failure that people report most when they train Network in Network: the loss stays at ln(classes) for ever. The
 * class maps pass through a ReLU; once all of them are zero, every image gets equal scores, and no gradient passes back.
 */

/** What a training step tells: the mean loss of its batch, in nats, and how many of its images were right. */
export interface StepScore {
  readonly loss: number;
  readonly correct: number;
  readonly count: number;
}

/** How near to ln(classes) a loss is "there": a dead net is within rounding, a live one moves away by more. */
const HAIR = 2e-3;
/** Steps in a row without learning after which the gradient is worth a look, */
const SUSPICIOUS = 50;
/** and after which the start is called dead even though some gradient flows. */
const HOPELESS = 500;
/** A gradient whose norm is below this moves nothing, at any learning rate that does not diverge later. */
const VANISHING = 1e-5;

export const REMEDIES =
  'try He initialisation (--init he), a lower learning rate (--lr) or a longer warm-up (--warm-up), ' +
  'a last layer without ReLU (--linear-head), or another seed (--seed)';

/** Watches the steps of a run for a dead start. */
export class DeadStartDetector {
  readonly #target: number;
  readonly #classes: number;
  #steps = 0;
  #correct = 0;
  #count = 0;
  #decided = false;

  constructor(classes: number) {
    this.#classes = classes;
    this.#target = Math.log(classes);
  }

  /** Does the gradient's norm matter now? Measuring it makes the GPU wait, so ask first. */
  get suspicious(): boolean {
    return !this.#decided && this.#steps >= SUSPICIOUS && this.#steps % SUSPICIOUS === 0;
  }

  /** Take note of a step. One that leaves ln(classes) starts the count anew. */
  observe({ loss, correct, count }: StepScore): void {
    this.#steps += 1;
    this.#correct += correct;
    this.#count += count;
    if (Math.abs(loss - this.#target) > HAIR || this.#betterThanChance()) this.#restart();
  }

  /**
   * What to tell the user, once; undefined while there is nothing to tell.
   * @param gradientNorm the Euclidean norm of the gradient of all parameters together, of a recent step
   */
  verdict(gradientNorm: number): string | undefined {
    if (!this.suspicious) return undefined;
    if (gradientNorm >= VANISHING && this.#steps < HOPELESS) return undefined;
    this.#decided = true;
    return (
      `dead start: for ${this.#steps} steps the loss has been ${this.#target.toFixed(4)} = ln(${this.#classes}), that of ` +
      `guessing, and the gradient's norm is ${gradientNorm.toExponential(1)}; ${REMEDIES}`
    );
  }

  /** More right answers than guessing gives in all but one of a thousand runs. */
  #betterThanChance(): boolean {
    const chance = 1 / this.#classes;
    const deviation = Math.sqrt(this.#count * chance * (1 - chance));
    return this.#correct > this.#count * chance + 3 * deviation;
  }

  #restart(): void {
    this.#steps = 0;
    this.#correct = 0;
    this.#count = 0;
  }
}
