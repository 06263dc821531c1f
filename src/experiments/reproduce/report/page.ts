/** A page that needs no other file and no network. */
import { escapeText } from '../../../files/markup.js';

const STYLE = `
  body { font: 15px/1.5 sans-serif; max-width: 62em; margin: 2em auto; padding: 0 1em; color: #222; }
  h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2em; }
  table { border-collapse: collapse; } th, td { padding: .25em .8em; text-align: left; vertical-align: top; }
  th { border-bottom: 2px solid #222; } td { border-bottom: 1px solid #ccc; }
  td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  .warning { border: 3px solid #d62728; background: #fdf0f0; padding: .5em 1em; }
  .figure svg { max-width: 100%; height: auto; }
  code { background: #f2f2f2; padding: 0 .2em; }
`;

export interface Section {
  readonly title: string;
  /** HTML. */
  readonly body: string;
}

export interface Page {
  readonly title: string;
  /** HTML above the first section. */
  readonly lead: string;
  readonly sections: readonly Section[];
}

export const page = ({ title, lead, sections }: Page): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeText(title)}</h1>
${lead}
${sections.map((section) => `<h2>${escapeText(section.title)}</h2>\n${section.body}`).join('\n')}
</body>
</html>
`;

export const paragraph = (text: string): string => `<p>${escapeText(text)}</p>`;

export const list = (items: readonly string[]): string =>
  `<ul>\n${items.map((item) => `<li>${escapeText(item)}</li>`).join('\n')}\n</ul>`;

/** A cell that is a number, or a text with one in front. */
const looksNumeric = (text: string): boolean => /^[-+]?\d/.test(text);

/** A column is set as numbers where all of its cells are. Cells are plain text. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const numeric = head.map((_, column) =>
    rows.every((row) => looksNumeric(row[column]!) || row[column] === ''),
  );
  const cells = (tag: 'th' | 'td', row: readonly string[]) =>
    row
      .map(
        (text, column) => `<${tag}${numeric[column] ? ' class="number"' : ''}>${escapeText(text)}</${tag}>`,
      )
      .join('');
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n');
  return `<table>\n<tr>${cells('th', head)}</tr>\n${body}\n</table>`;
}
