// Which windows of a pool reach over an element of its input, for the way back: gradients are gathered, not scattered.
//
// A thread of a backward pass has a block of four elements, two by two: mostly the same windows reach over all of them. The
// stride is constant, so that divisions by it become shifts or multiplications.

const STRIDE_ROWS: i32 = 2;
const STRIDE_COLUMNS: i32 = 2;

// Windows along one axis, from `first` up to `end`.
struct Windows {
  first: i32,
  end: i32,
}

// Those of `windows` that reach over one of the positions `at` and `at + 1` of the padded input: from the first that ends there
// or later to the last that begins there or earlier. A window reaches over `reach` positions after its first.
fn windows_over(at: i32, reach: i32, stride: i32, windows: i32) -> Windows {
  return Windows((max(at - reach, 0) + stride - 1) / stride, min((at + 1) / stride + 1, windows));
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
