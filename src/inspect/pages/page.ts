/** Pages that are one file: style, script and data are in it, and it asks no network for anything. */
import { escapeText } from '../../files/markup.js';
import { shippedText } from '../../files/shipped.js';
import { linkScript } from './link-script.js';

export interface Page {
  readonly title: string;
  /** HTML of the body. */
  readonly body: string;
  /** Style sheets under `pages/` beside `page.css`, which every page has. */
  readonly styles?: readonly string[];
  /** A module under `pages/`, which runs once the body is there, with all that it imports. */
  readonly script?: string;
  /** What the script gets by `pageData()` of elements.js: what JSON can say. */
  readonly data?: unknown;
}

/** What pages are made of: style sheets and scripts, as a browser takes them. */
const readAsset = (file: string): string => shippedText(`pages/${file}`);

/** The text of a page: write it with `replaceFile`, or serve it. */
export function pageText({ title, body, styles = [], script, data }: Page): string {
  const style = ['page.css', ...styles].map(readAsset).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title>
<link rel="icon" href="data:,">
<style>
${style}</style>
</head>
<body>
${body}
${data === undefined ? '' : `<script type="application/json" id="data">${jsonInScript(data)}</script>`}
${script === undefined ? '' : `<script type="module">\n${linkScript(script, readAsset)}</script>`}
</body>
</html>
`;
}

/** JSON that ends no script, whatever is in it: HTML looks for `</script` and `<!--` before anybody reads JSON. */
const jsonInScript = (data: unknown): string => JSON.stringify(data).replaceAll('<', '\\u003c');
