/** A shader's text, coloured. */
import { element } from '../elements.js';

/** What the parts of WGSL look like; whichever begins first is taken. */
const PARTS = {
  comment: /\/\/[^\n]*/,
  attribute: /@\w+/,
  keyword:
    /\b(?:alias|array|bool|break|case|const|continue|default|else|enable|f16|f32|false|fn|for|function|i32|if|let|loop|mat\d\w+|override|private|ptr|return|storage|struct|switch|true|u32|uniform|var|vec\d\w?|while|workgroup)\b/,
  number: /\b(?:0x[\da-f]+|\d+(?:\.\d*)?(?:e[-+]?\d+)?)[iufh]?\b/,
};
const ANY = new RegExp(
  Object.entries(PARTS)
    .map(([name, { source }]) => `(?<${name}>${source})`)
    .join('|'),
  'g',
);

/** @param constants the names of those that the shader was specialised with: their lines stand out */
export function shaderText(text, constants) {
  const lines = text.split('\n').map((line) => {
    const [, name] = /^(?:const|alias) (\w+)\b/.exec(line) ?? [];
    return element(
      'span',
      { class: constants.includes(name) ? 'line special' : 'line' },
      ...coloured(line),
      '\n',
    );
  });
  return element('pre', { class: 'wgsl' }, element('code', {}, lines));
}

function coloured(line) {
  const pieces = [];
  let end = 0;
  for (const { 0: piece, index, groups } of line.matchAll(ANY)) {
    const kind = Object.keys(groups).find((name) => groups[name] !== undefined);
    pieces.push(line.slice(end, index), element('span', { class: kind }, piece));
    end = index + piece.length;
  }
  return [...pieces, line.slice(end)];
}
