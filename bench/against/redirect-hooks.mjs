/** The hooks of `redirect.mjs`, which Node runs on a thread of their own. */
import { existsSync } from 'node:fs';

let roots;

export function initialize(data) {
  roots = data;
}

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  if (!found.url.startsWith(roots.from)) return found;
  const url = new URL(found.url.slice(roots.from.length), roots.to);
  // What it does not have yet, such as a new way to time things, is ours.
  return existsSync(url) ? { ...found, url: url.href } : found;
}
