/** The pages of the book, and the links into the source that they make. */
import { readdirSync, readFileSync } from 'node:fs';
import { ROOT, type SourceLink, sourceLinkOf } from './source-lines.js';

/** The pages' paths in `docs/`, in order; those that show source are made from these. */
export const pages = (): string[] =>
  readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.md') && !/^(?:node_modules|source|\.vitepress)\//.test(path))
    .sort();

export const pageText = (page: string): string => readFileSync(`${ROOT}docs/${page}`, 'utf8');

/** The addresses that a page links to, but for those in its blocks of code. */
export const linksOn = (text: string): string[] =>
  [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/\]\(([^()\s]+)\)/g)].map(([, href]) => href as string);

/** The links into the source that a page makes. */
export const sourceLinksOn = (page: string): SourceLink[] =>
  linksOn(pageText(page)).flatMap((href) => sourceLinkOf(page, href) ?? []);
