// A tile of c whose threads keep 8 x 8 sums each, and how they share out a slice of a and b.
//
// The tile has eight times as many rows and columns as the workgroup has threads along each side. A quad is four rows of it that
// are 2 * THREAD_ROWS apart, or four columns.

const THREAD_ROWS: u32 = 16u; // 8 or 16
const THREAD_COLUMNS: u32 = 16u; // as many, or twice as many
const THREADS = THREAD_ROWS * THREAD_COLUMNS;
const A_QUADS = 2u * THREAD_ROWS;
const B_QUADS = 2u * THREAD_COLUMNS;
const DEPTH = THREADS / A_QUADS; // terms of the summation a slice: with these each thread fetches one quad of a
const B_FETCHES = DEPTH * B_QUADS / THREADS; // and this many of b
const B_STEP = DEPTH / B_FETCHES; // terms between them

// The first of a thread's rows and columns in the tile: a wave of 32 threads is 4 rows and 8 columns of threads.
struct Place {
  row: u32,
  column: u32,
}

fn place_of_thread(index: u32) -> Place {
  let wave = index / 32u;
  return Place(
    wave / (THREAD_COLUMNS / 8u) * 4u + index % 32u / 8u,
    wave % (THREAD_COLUMNS / 8u) * 8u + index % 8u,
  );
}
