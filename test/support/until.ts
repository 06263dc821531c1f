import { setTimeout as sleep } from 'node:timers/promises';

/** Wait until something holds, however long that takes: the time limit of the test finds out where it never does. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}
