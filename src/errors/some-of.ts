import { quotable } from './errors.js';

/** Some of many names, for a message. */
export function someOf(names: readonly string[], { separator = ', ', most = 20 } = {}): string {
  const more = names.length - most;
  const listed = names.slice(0, most).map(quotable).join(separator);
  return more > 0 ? `${listed}${separator}and ${more} more` : listed;
}
