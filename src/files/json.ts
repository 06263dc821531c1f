/** JSON in files, checked against schemas. */

import type { z } from 'zod';
import { FileError, quotable } from '../errors/errors.js';
import { someOf } from '../errors/some-of.js';
import { readText } from './read-file.js';
import { replaceFile } from './write-file.js';

/**
 * What a schema makes of a file of JSON.
 * @param kind what it should be, for errors: `a config`
 * @throws FileError when it cannot be read, is not valid JSON, or holds something else; every wrong field is named
 */
export const readJson = <T>(path: string, schema: z.ZodType<T>, kind: string): T =>
  parseAs(schema, parseJson(readText(path), path, kind), path);

/**
 * Replace a file as a whole by a value as JSON, for people to read too.
 * @throws FileError, leaving the old file as it was
 */
export const writeJson = (path: string, value: unknown): void => replaceFile(path, jsonText(value));

/** A value as the text of a file, in indented lines. */
export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * The value of a text of JSON.
 * @param source where it is from, for errors
 * @param kind what it should be, for errors
 * @throws FileError when it is not valid JSON
 */
export function parseJson(text: string, source: string, kind: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    throw new FileError(`${source}: not ${kind}, since it is not valid JSON: ${quotable(message)}`);
  }
}

/**
 * What a schema makes of a value that was read.
 * @param source where it is from, for errors
 * @throws FileError naming every field that is wrong
 */
export function parseAs<T>(schema: z.ZodType<T>, value: unknown, source: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new FileError(`${source}: ${describeIssues(result.error)}`);
}

/** The fields that are wrong and why, on one line. */
export const describeIssues = ({ issues }: z.ZodError): string =>
  someOf(issues.map(describeIssue), { separator: '; ' });

function describeIssue(issue: z.core.$ZodIssue): string {
  const { path, message } = deepest(issue);
  const field = quotable(path.join('.'));
  return `${field ? `"${field}": ` : ''}${lowerFirst(quotable(message))}`;
}

/** What fits none of several forms is measured against the one that it comes nearest to: the one that it leaves the deepest. */
function deepest(issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string } {
  if (issue.code !== 'invalid_union') return issue;
  const within = issue.errors.flatMap(([first]) => (first ? [deepest(first)] : []));
  const depth = Math.max(0, ...within.map(({ path }) => path.length));
  const nearest = within.filter(({ path }) => path.length === depth);
  if (nearest.length === 0) return issue;
  const messages = new Set(nearest.map(({ message }) => lowerFirst(message)));
  return { path: [...issue.path, ...nearest[0]!.path], message: [...messages].join(', or ') };
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
