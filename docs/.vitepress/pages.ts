/** The pages of the book, and the links into the source that they make. */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { ROOT, type SourceLink, sourceLinkOf } from './source-lines.js';

/** Where they are, in `docs/`. */
const FOLDERS = ['.', 'ops', 'guides'];

/** The pages' paths in `docs/`; those that show source are made from these. */
export const pages = (): string[] =>
  FOLDERS.flatMap((folder) =>
    readdirSync(`${ROOT}docs/${folder}`)
      .filter((name) => name.endsWith('.md'))
      .map((name) => posix.join(folder, name)),
  );

export const pageText = (page: string): string => readFileSync(`${ROOT}docs/${page}`, 'utf8');

/** The addresses that a page links to, but for those in its blocks of code; pictures are no links. */
export const linksOn = (text: string): string[] =>
  [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/(?<!!\[[^\]]*)\]\(([^()\s]+)\)/g)].map(
    ([, href]) => href as string,
  );

/** The links into the source that a page makes. */
export const sourceLinksOn = (page: string): SourceLink[] =>
  linksOn(pageText(page)).flatMap((href) => sourceLinkOf(page, href) ?? []);
