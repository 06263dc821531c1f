/** What is said when a program that a command runs, such as the file of a user's net, ends the process before the command is done. */
import { fileURLToPath } from 'node:url';
import { DawngradError } from '../errors/errors.js';
import { report } from './failure.js';

/** The directory of the compiled package: what ends the process there has said why. */
const OURS = new URL('../', import.meta.url).href;

/** Work during which whoever else ends the process is told of in one line, and its exit status is that of a failure. */
export async function notEndedEarly(work: () => Promise<unknown>): Promise<void> {
  const onExit = (code: number): void => {
    const place = callerOfExit(new Error().stack);
    if (!place) return;
    const status = report(
      new DawngradError(`${place}: it ended the process (process.exit) before the command was done`),
    );
    process.exitCode = code || status;
  };
  process.on('exit', onExit);
  try {
    await work();
  } finally {
    process.off('exit', onExit);
  }
}

/**
 * The line of a file that called `process.exit`, which calls those who listen at once: in their stack it comes after what is Node's.
 * None where the process ends by itself, or by an error, both of which Node says.
 */
function callerOfExit(stack = ''): string | undefined {
  const frames = stack.split('\n').slice(2);
  const caller = frames.find((frame) => !/[( ](?:node:|native)/.test(frame));
  const [, address, line] =
    /^ +at (?:async )?(?:.*? \()?(.+?)(?:\?[^:]*)?:(\d+):\d+\)?$/.exec(caller ?? '') ?? [];
  if (!address || address.startsWith(OURS)) return undefined;
  return `${address.startsWith('file:') ? fileURLToPath(address) : address}, line ${line}`;
}
