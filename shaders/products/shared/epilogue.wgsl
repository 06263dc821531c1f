// What happens to a sum before it is stored in c, in this order: what a layer does next, at no cost in memory traffic.
//
// Each is a constant, so that a product pays only for what it asks for (`Epilogue` in src/kernels/products/product.ts).

const ROW_BIAS: bool = false; // add bias[row]
const COLUMN_BIAS: bool = false; // add bias[column]
const ACCUMULATE: bool = false; // add what c holds already
const RELU: bool = false; // cut off below 0 (rectify.wgsl)
const MASK: bool = false; // 0 where the mask, laid out as c, is 0 or below
