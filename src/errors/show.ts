/** Elements of a list, or options of an object, that a message shows. */
const MOST = 8;

/** What ends a line, moves a terminal's cursor, colours its text or turns its direction. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

/** Somebody's words, such as the name of a class, as people are shown them: on one line, `\n` and the like as they are written in code. */
export const printable = (text: string): string =>
  text.replace(UNSEEN, (sign) => {
    const escaped = JSON.stringify(sign).slice(1, -1);
    return escaped === sign ? `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}` : escaped;
  });

/** A value as a message shows it, in one short piece: `'relu'`, `[1, 2]`, `{ axis: 0 }`, `a Date`, `a function`. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 40)}...` : value}'`;
  if (typeof value === 'function') return showFunction(value);
  if (Array.isArray(value)) return `[${shortened(value.map((item) => show(item)))}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Promise) return 'a Promise (await it first)';
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    return `a ${prototype.constructor?.name ?? 'thing'}`;
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${show(field)}`);
  return fields.length === 0 ? '{}' : `{ ${shortened(fields)} }`;
}

function showFunction(value: { readonly name: string }): string {
  if (Object.prototype.toString.call(value) === '[object AsyncFunction]') return 'an async function';
  return /^class\b/.test(String(value)) ? `the class ${value.name}` : 'a function';
}

const shortened = (parts: readonly string[]): string =>
  parts.length > MOST ? `${parts.slice(0, MOST).join(', ')}, ...` : parts.join(', ');
