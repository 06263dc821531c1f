/** Writes the report of some runs. */
import { checkWritable, replaceFile } from '../../files/write-file.js';
import { reportContent } from './report-content.js';
import { reportPage } from './report-page.js';
import { reportPng } from './report-png.js';
import type { RunJudge } from './run-judge.js';
import type { RunRecord } from './run-record.js';

export interface ReportOptions {
  readonly judge: RunJudge;
  /** The files. */
  readonly html: string;
  readonly png?: string | undefined;
  /** Is told which run is looked into. */
  readonly onRun?: (run: RunRecord) => void;
}

export interface WrittenReport {
  /** The PNG lacks its letters, since no font is installed here; the page has them. */
  readonly lacksText: boolean;
}

/**
 * Write the page about some runs, and their picture.
 * @throws FileError when a file cannot be written, before the work begins where that is to be seen; nothing is written before all of it is known
 */
export async function writeReport(
  records: readonly RunRecord[],
  { judge, html, png, onRun }: ReportOptions,
): Promise<WrittenReport> {
  checkWritable(html, png);
  const runs = [];
  for (const record of records) {
    onRun?.(record);
    runs.push(await judge.lookInto(record));
  }
  const picture = png === undefined ? undefined : await reportPng(runs);
  replaceFile(html, reportPage(reportContent(runs, Date.now()), { live: false }));
  if (png !== undefined && picture) replaceFile(png, picture.bytes);
  return { lacksText: picture?.lacksText ?? false };
}
