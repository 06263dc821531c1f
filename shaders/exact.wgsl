// Numbers that are rounded once: what is left of a number when a product is taken from it, and 1 / sqrt(number).
//
// A product of two halves of a number's digits is exact, so four such products tell what the rounded one lost.

import package::nan::is_finite;

// The first half of a number's digits. The product of two halves is exact.
fn first_half(number: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(number) & 0xfffff000u);
}

// What is left of a number when a product is taken from it that is near to it.
fn left_of(number: f32, one: f32, other: f32) -> f32 {
  let a = vec2f(first_half(one), one - first_half(one));
  let b = vec2f(first_half(other), other - first_half(other));
  return (((number - a.x * b.x) - a.x * b.y) - a.y * b.x) - a.y * b.y;
}

// 1 / sqrt(number). GPUs have a function for it that may be off by a few units in the last place, and so would all be that is
// multiplied by it: one step of Newton's method finds these.
fn inverse_root(number: f32) -> f32 {
  let root = inverseSqrt(number);
  let product = number * root;
  let left = left_of(1.0, product, root) + left_of(product, number, root) * root;
  let better = root + 0.5 * root * left;
  return select(root, better, is_finite(better));
}
