import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Processes of equal machines see each other's process ids. */
export interface Machine {
  readonly host: string;
  /** On Linux; containers that share their host's name may differ in it. */
  readonly pidNamespace: string;
}

export const thisMachine = (): Machine => ({ host: hostname(), pidNamespace: pidNamespace() });

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Is there a process of that id on this machine? */
export function processRuns(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // One of another user may not be sent anything, but is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
