/** What a driver says about the text of a shader, told with the file and the line that it is about. */
import { DawngradError } from '../../errors/errors.js';
import { type SourceLine, sourceLine } from './shader.js';

/** The WGSL of a user's shader is refused. Its message has several lines: where, what, the line itself, and a caret below. */
export class ShaderError extends DawngradError {
  override name = 'ShaderError';
}

/** A refusal of WGSL. */
export interface WgslProblem extends SourceLine {
  /** The shader that was compiled; the line may be one of a module that it imports. */
  readonly shader: string;
  /** From 1. */
  readonly column: number;
  readonly problem: string;
}

/** As in `:12:5 error: unresolved value 'x'`, the first of perhaps several. */
const REFUSAL = /:(\d+):(\d+) error: (.*)/;
/** As in `[ShaderModuleDescriptor ""relu.wgsl""]`. */
const MODULE = /\[(?:Invalid )?ShaderModule(?:Descriptor)? "+([^"]+)"/;

/** What is wrong with which line of a shader, if that is what a message of Dawn is about. */
export function wgslProblemIn(message: string): WgslProblem | undefined {
  const [, line, column, problem = ''] = REFUSAL.exec(message) ?? [];
  const [, shader] = MODULE.exec(message) ?? [];
  if (line === undefined || shader === undefined) return undefined;
  return { shader, column: Number(column), problem, ...sourceLine(shader, Number(line)) };
}

/** `FILE:12:5: unresolved value 'x'`, the line, and a caret where the problem is. */
export function describeWgslProblem({ file, line, column, problem, text }: WgslProblem): string {
  // Tabs stay tabs, so that the caret stands below its place.
  const indent = text.slice(0, column - 1).replace(/[^\t]/g, ' ');
  return `${placeOf({ file, line, column })}: ${problem}\n  ${text}\n  ${indent}^`;
}

/** `FILE:12:5` */
export const placeOf = ({ file, line, column }: Pick<WgslProblem, 'file' | 'line' | 'column'>): string =>
  `${file}:${line}:${column}`;
