// What a matrix product c = a b reads and writes, each a flat array.
//
// bias and mask are for what a layer does next (epilogue.wgsl); where that is nothing, they are bound to some other buffer. The mask
// is stored as c is.

alias StoredA = f32;
alias StoredB = f32;
alias StoredC = f32;

@group(0) @binding(1) var<storage, read> a: array<StoredA>;
@group(0) @binding(2) var<storage, read> b: array<StoredB>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> mask: array<StoredC>;
@group(0) @binding(5) var<storage, read_write> c: array<StoredC>;
