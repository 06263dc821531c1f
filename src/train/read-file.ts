import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { checked, parseJson } from './json.js';
import { explainFileError, RunError } from './run-error.js';

/** @throws RunError when it cannot be read */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new RunError(`${path}: cannot be read: ${explainFileError(error)}`);
  }
}

/** @throws RunError when it cannot be read */
export const readText = (path: string): string => new TextDecoder().decode(readBytes(path));

/**
 * What a schema makes of a file of JSON.
 * @param kind what it should be, for errors
 * @throws RunError when it cannot be read, is no JSON, or is something else
 */
export const readJson = <T>(path: string, schema: z.ZodType<T>, kind: string): T =>
  checked(schema, parseJson(readText(path), path, kind), path);
