import type { z } from 'zod';
import { readFile } from '../files/read-file.js';
import { checked, parseJson } from './json.js';
import { RunError } from './run/run-error.js';

/** @throws RunError when it cannot be read */
export const readBytes = (path: string): Uint8Array => readFile(path, RunError);

/** @throws RunError when it cannot be read */
export const readText = (path: string): string => new TextDecoder().decode(readBytes(path));

/**
 * What a schema makes of a file of JSON.
 * @param kind what it should be, for errors
 * @throws RunError when it cannot be read, is no JSON, or is something else
 */
export const readJson = <T>(path: string, schema: z.ZodType<T>, kind: string): T =>
  checked(schema, parseJson(readText(path), path, kind), path);
