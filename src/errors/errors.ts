/**
 * Everything dawngrad throws on purpose is a `DawngradError`: one message that says what was being done, which rule
 * broke and what to do. The subclasses, here and on the floors that they belong to, let a caller react without reading
 * the text.
 */
export class DawngradError extends Error {
  override name = 'DawngradError';
}

/** Shapes, dtypes or options that do not fit together. */
export class ShapeError extends DawngradError {
  override name = 'ShapeError';
}

/** A file or directory that cannot be read, written or made, or a file that does not hold what it should. */
export class FileError extends DawngradError {
  override name = 'FileError';
}
