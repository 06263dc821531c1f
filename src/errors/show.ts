/** Elements of a list, or options of an object, that a message shows. */
const MOST = 8;

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
