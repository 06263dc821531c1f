import { OneLineError } from '../../errors/errors.js';

/** A run that cannot start or go on: its settings, its data or its directory. One line, with what to do. */
export class RunError extends OneLineError {
  override name = 'RunError';
}

/** The loss, or the net itself, is no longer made of sensible numbers. Resuming does not help, only other settings do. */
export class DivergedError extends RunError {
  override name = 'DivergedError';

  /**
   * @param what shows it: `the loss is not a finite number any more`
   * @param when in the run
   */
  constructor(what: string, when: string) {
    super(
      `training diverged: ${what}, ${when}; use a lower learning rate (--lr) or a longer warm-up (--warm-up), ` +
        'and see that every label is one of the classes that the net has',
    );
  }
}
