import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * A name for all processes that see each other's process ids: the host, and on Linux the namespace of process ids, in which
 * containers differ that share their host's name.
 */
export function machine(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
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
