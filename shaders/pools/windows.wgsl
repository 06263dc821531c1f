// Which windows of a pool reach over an element of its input, for the way back: gradients are gathered, not scattered.
//
// A thread of a backward pass has a block of four elements, two by two: mostly the same windows reach over all of them. The
// stride is constant, so that divisions by it become shifts or multiplications.

const STRIDE_ROWS: i32 = 2;
const STRIDE_COLUMNS: i32 = 2;

// The kernel's size where it is known when a shader is compiled, else 0. A GPU then has all loads of a window under way at once; a
// software driver gains nothing from it, and takes a second to compile each new kernel.
const KERNEL_ROWS: i32 = 0;
const KERNEL_COLUMNS: i32 = 0;

// As many windows as may reach over one of two neighbouring rows, or one of four columns.
const MOST_ROWS: i32 = KERNEL_ROWS / STRIDE_ROWS + 1;
const MOST_COLUMNS: i32 = (KERNEL_COLUMNS + 2) / STRIDE_COLUMNS + 1;

// How activations and their gradients are stored. All arithmetic is in single precision.
alias Stored = f32;

// Windows along one axis, from `first` up to `end`.
struct Windows {
  first: i32,
  end: i32,
}

// Those of `windows` that reach over one of the positions `at` and `at + 1` of the padded input: from the first that ends there
// or later to the last that begins there or earlier. A window reaches over `reach` positions after its first.
fn windows_over(at: i32, reach: i32, stride: i32, windows: i32) -> Windows {
  return windows_over_more(at, 1, reach, stride, windows);
}

// The same, of the positions from `at` to `at + more`.
fn windows_over_more(at: i32, more: i32, reach: i32, stride: i32, windows: i32) -> Windows {
  return Windows((max(at - reach, 0) + stride - 1) / stride, min((at + more) / stride + 1, windows));
}

// The upper left element of a thread's block, in a plane of `width` columns.
struct Block {
  h: i32,
  w: i32,
}

fn blocks_in(height: i32, width: i32) -> i32 {
  return (width + 1) / 2 * ((height + 1) / 2);
}

fn block_at(index: i32, width: i32) -> Block {
  let across = (width + 1) / 2;
  return Block(index / across * 2, (index - index / across * across) * 2);
}

// Four columns by two rows, the upper left first, of a plane whose width is a multiple of four: what a thread has that stores
// four elements at a time. Such blocks are counted over all planes.
struct WideBlock {
  plane: i32,
  h: i32,
  w: i32,
}

fn wide_blocks_in(height: i32, width: i32) -> i32 {
  return width / 4 * ((height + 1) / 2);
}

fn wide_block_at(index: i32, height: i32, width: i32) -> WideBlock {
  let plane = index / wide_blocks_in(height, width);
  let block = index - plane * wide_blocks_in(height, width);
  let above = block / (width / 4);
  return WideBlock(plane, 2 * above, 4 * (block - above * (width / 4)));
}

// A position of a plane, and the one a number of positions on.
struct Position {
  row: i32,
  column: i32,
}

fn position_of(index: i32, width: i32) -> Position {
  let row = index / width;
  return Position(row, index - row * width);
}

fn position_after(position: Position, step: Position, width: i32) -> Position {
  let row = position.row + step.row;
  let column = position.column + step.column;
  if (column >= width) {
    return Position(row + 1, column - width);
  }
  return Position(row, column);
}
