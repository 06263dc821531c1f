/** Every failure of every command ends here: one line on stderr, or a line of a shader with it, and the exit status. */
import { CommanderError } from 'commander';
import { DawngradError } from '../errors/errors.js';
import { ShaderError } from '../gpu/shaders/shader-error.js';

/** The command was not understood. */
const BAD_USAGE = 2;
const FAILED = 1;

/** A failure with nothing left to say, and its exit status. */
export class Exit extends Error {
  constructor(readonly status: number) {
    super(`exit ${status}`);
  }
}

/** Print what went wrong. Returns the exit status. */
export function report(error: unknown): number {
  if (error instanceof Exit) return error.status;
  // Help and version are not failures, though commander throws them; a command without arguments has printed its help.
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  if (error instanceof CommanderError && error.code === 'commander.help') return BAD_USAGE;
  process.stderr.write(`dawngrad: ${lineFor(error)}\n`);
  if (process.env.DAWNGRAD_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return error instanceof CommanderError ? BAD_USAGE : FAILED;
}

function lineFor(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // It shows a line of a file, and a caret below.
  if (error instanceof ShaderError) return message;
  const line = message.trim().replace(/\s*\n\s*/g, ' ');
  if (error instanceof CommanderError) return line.replace(/^error: /, '');
  if (error instanceof DawngradError) return line;
  return `${line} (unexpected; set DAWNGRAD_DEBUG=1 to see where)`;
}
