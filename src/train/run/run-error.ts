import { DawngradError } from '../../errors/errors.js';

/** A run that cannot start or go on: its settings, its data or its directory. One line, with what to do. */
export class RunError extends DawngradError {
  override name = 'RunError';
}

/** The loss is not a finite number any more. Resuming does not help, only other settings do. */
export class DivergedError extends RunError {
  override name = 'DivergedError';

  constructor(when: string) {
    super(
      `training diverged: the loss is not a finite number any more, ${when}; ` +
        'use a lower learning rate (--lr) or a longer warm-up (--warm-up), ' +
        'and see that every label is one of the classes that the net has',
    );
  }
}
