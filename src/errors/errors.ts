/**
 * Everything dawngrad throws on purpose is a `DawngradError`: one message that says what was being done, which rule
 * broke and what to do. The subclasses, here and on the floors that they belong to, let a caller react without reading
 * the text.
 */
export class DawngradError extends Error {
  override name = 'DawngradError';
}

/** Without line ends, and what else would move a terminal's cursor or colour its text; where it is too long, cut. */
function onOneLine(text: string, longest: number): string {
  const line = text.slice(0, longest).replace(/\s*[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+\s*/gu, ' ');
  return text.length > longest ? `${line}...` : line;
}

/** Words of a file, as a message may quote them: on one line, and of bearable length. */
export const quotable = (text: string): string => onOneLine(text, 300);

/** What an op refuses. Its name and the problem are kept apart, so that a layer can tell the problem in its own name. */
export abstract class OpError extends DawngradError {
  /**
   * @param op what was being done, or by whom: `conv2d`, `Conv2d "block1.conv"`, `creating a tensor`
   * @param problem which rule broke, on which shapes or values, and what to do
   */
  constructor(
    readonly op: string,
    readonly problem: string,
    options?: ErrorOptions,
  ) {
    super(`${op}: ${problem}`, options);
  }

  /** The same refusal, told by `who` ran the op; the op's own is its `cause`. */
  abstract toldBy(who: string): OpError;
}

/** Shapes that do not fit together. */
export class ShapeError extends OpError {
  override name = 'ShapeError';

  override toldBy(who: string): ShapeError {
    return new ShapeError(who, this.problem, { cause: this });
  }
}

/** An argument or option that is of the wrong type, or out of range. */
export class ArgumentError extends OpError {
  override name = 'ArgumentError';

  /**
   * @param argument its name as the caller writes it: `padding`
   * @param wrong what is wrong with it: `is -1`
   * @param remedy what to do, where `wrong` does not say: `it must be at least 0`
   */
  constructor(
    op: string,
    readonly argument: string,
    readonly wrong: string,
    readonly remedy?: string,
    options?: ErrorOptions,
  ) {
    super(op, `${argument} ${wrong}${remedy ? `; ${remedy}` : ''}`, options);
  }

  override toldBy(who: string): ArgumentError {
    return new ArgumentError(who, this.argument, this.wrong, this.remedy, { cause: this });
  }
}

/** About what lies outside the program. Its message is one line, whatever the words of a file or a user in it are. */
export abstract class OneLineError extends DawngradError {
  constructor(message: string, options?: ErrorOptions) {
    super(onOneLine(message, 4000), options);
  }
}

/** A file or directory that cannot be read, written or made, or a file that does not hold what it should. */
export class FileError extends OneLineError {
  override name = 'FileError';
}
