// The sums of a's rows, beside the product: where a is the gradient of a layer's output and the product that of its weight,
// these are the gradient of its bias, and b need not be looked at for them.
//
// They go behind c, [batch][row], from row_sums_start on.

import super::operands::{StoredC, c};
import super::parameters::params;

const ROW_SUMS: bool = false; // store what each row of a adds up to, too

fn store_row_sum(batch: u32, row: u32, sum: f32) {
  c[params.row_sums_start + batch * params.rows + row] = StoredC(sum);
}
