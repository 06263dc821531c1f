/** The page of a report: one file, whose script draws what it is given. */
import { escapeText } from '../../files/markup.js';
import { pageText } from '../pages/page.js';
import type { ReportContent } from './report-content.js';

export interface ReportPageOptions {
  /** Does a server stand behind the page, which tells it what changes? */
  readonly live: boolean;
}

export function reportPage(content: ReportContent, { live }: ReportPageOptions): string {
  const title = titleOf(content);
  const made = new Date(content.made).toISOString().slice(0, 16).replace('T', ' ');
  const note = live ? '<span id="live">connecting</span>' : '';
  return pageText({
    title,
    body: `<header><h1>${escapeText(title)}</h1>
<p class="quiet">${escapeText(subtitleOf(content))}; ${live ? 'followed by' : `drawn on ${made} UTC by`} dawngrad ${note}</p></header>
<main><noscript>This page is drawn by its script, which the browser does not run.</noscript></main>`,
    styles: ['report/report.css'],
    script: 'report/report.js',
    data: { live, ...content },
  });
}

function titleOf({ runs }: ReportContent): string {
  const [first] = runs;
  return runs.length === 1 && first ? `${first.model} on ${first.dataset}` : `${runs.length} runs`;
}

function subtitleOf({ runs }: ReportContent): string {
  return runs.length === 1 ? runs[0]!.path : runs.map(({ name }) => name).join(', ');
}
