/** The blocks of code of a page, and what they claim. */

/** A block of code, as it stands between its fences. */
export interface Block {
  readonly language: string;
  /** What stands behind the language: the file that an excerpt or a change is of. */
  readonly of: string;
  readonly text: string;
  /** The line of the page that it begins on, from 1. */
  readonly line: number;
}

/** All blocks of a page, in order. */
export const blocksOf = (page: string): Block[] =>
  [...page.matchAll(/^```(\w*) ?([^\n]*)\n([\s\S]*?)^```$/gm)].map(
    ({ 1: language = '', 2: of = '', 3: text = '', index }) => ({
      language,
      of,
      text,
      line: page.slice(0, index).split('\n').length,
    }),
  );

/** A change of a file as a page shows it: the lines that are there, and those that are to be there. */
export interface Change {
  readonly before: string;
  readonly after: string;
}

/** What a `diff` block says: lines with `-` go, those with `+` come, the others are there to say where. */
export function changeOf(text: string): Change {
  const lines = text.replace(/\n$/, '').split('\n');
  const without = (sign: string) =>
    lines
      .filter((line) => !line.startsWith(sign))
      .map((line) => `${line.slice(1)}\n`)
      .join('');
  return { before: without('+'), after: without('-') };
}

/**
 * A file with a change made.
 * @throws Error unless what the change begins from stands in the file, once
 */
export function changed(file: string, { before, after }: Change): string {
  const places = file.split(before).length - 1;
  if (places !== 1) throw new Error(`stands in the file ${places} times:\n${before}`);
  return file.replace(before, () => after);
}

/** The commands of an `sh` block, each as its words; comments and settings of the environment left out. */
export const commandsOf = (text: string): string[][] =>
  text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/).filter((word) => !/^[A-Z_]+=/.test(word)));
