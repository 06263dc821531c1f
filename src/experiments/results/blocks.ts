/**
 * Where a text tells results: between two comments, of which the first names what stands there.
 *
 *     <!-- results: paper -->
 *     ... a table, drawn ...
 *     <!-- end of results -->
 *
 * or, within a line, `<!-- results: nin-cifar10-seed0.test -->10.38 %<!-- end of results -->`. What stands between is drawn from
 * what is kept of runs, and never written by hand.
 */
import { RunError } from '../../train/run/run-error.js';

const BLOCK = /<!-- results: (\S+) -->(.*?)<!-- end of results -->/gs;
const MARK = /<!-- (?:results: |end of results)/g;

/** What is drawn for a name. */
export type Draw = (name: string) => string;

/**
 * A text with all that it tells of results drawn anew.
 * @param source the text's file, for errors
 * @throws RunError for a block without an end, or what `draw` does not know
 */
export function redrawn(text: string, draw: Draw, source: string): string {
  const blocks = text.match(BLOCK) ?? [];
  if (2 * blocks.length !== (text.match(MARK) ?? []).length) {
    throw new RunError(`${source}: a block of results has no end, or no beginning`);
  }
  return text.replace(BLOCK, (_, name: string, before: string) => {
    const content = draw(name);
    const around = before.includes('\n') || content.includes('\n') ? '\n' : '';
    return `<!-- results: ${name} -->${around}${content}${around}<!-- end of results -->`;
  });
}

/** A text without what is drawn in it. */
export const withoutBlocks = (text: string): string => text.replace(BLOCK, '');

/** Data sets whose errors are told from kept runs alone: full scale is what these are for. */
const TOLD = /CIFAR|SVHN/i;
const ERROR = /\b\d+(?:\.\d+)? ?%/;

/**
 * The lines of a text that tell an error on one of those sets by hand. Of what the paper says, `paper` stands in the line.
 * @param source the text's file
 */
export const toldByHand = (text: string, source: string): string[] =>
  text
    .replace(BLOCK, (block) => '\n'.repeat(block.split('\n').length - 1))
    .split('\n')
    .flatMap((line, index) =>
      TOLD.test(line) && ERROR.test(line) && !/paper/i.test(line)
        ? [`${source}:${index + 1}: ${line.trim()}`]
        : [],
    );
