import type { z } from 'zod';
import { RunError } from './run/run-error.js';

/**
 * @param kind what the text should be, for errors
 * @throws RunError when it is no JSON
 */
export function parseJson(text: string, source: string, kind: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RunError(`${source}: not ${kind}, since it is no JSON: ${(error as Error).message}`);
  }
}

/**
 * What a schema makes of a value.
 * @param source where it is from, for errors
 * @throws RunError naming every field that is wrong
 */
export function checked<T>(schema: z.ZodType<T>, value: unknown, source: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new RunError(`${source}: ${result.error.issues.map(describeIssue).join('; ')}`);
}

function describeIssue({ path, message }: z.core.$ZodIssue): string {
  const field = path.join('.');
  return `${field ? `"${field}": ` : ''}${lowerFirst(message)}`;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
