// Sums from which nothing is lost: what an addition rounds away is found, and kept beside the sum (Knuth's two-sum).
//
// `nothing` is 0, which the compiler must not know: a parameter.

import package::nan::is_finite;
import package::exact::left_of;

// A sum, and what was rounded away on the way to it.
struct Sum {
  sum: f32,
  rest: f32,
}

// A number as it was rounded. Compilers may take (a + b) - a for b, which it is not; from here they cannot see where it came from.
fn as_rounded(number: f32, nothing: u32) -> f32 {
  return bitcast<f32>(bitcast<u32>(number) ^ nothing);
}

fn plus(one: Sum, other: Sum, nothing: u32) -> Sum {
  let sum = as_rounded(one.sum + other.sum, nothing);
  let added = as_rounded(sum - one.sum, nothing);
  let lost = (one.sum - (sum - added)) + (other.sum - added);
  return Sum(sum, one.rest + other.rest + lost);
}

// Four sums side by side.
struct Sums {
  sum: vec4f,
  rest: vec4f,
}

fn as_rounded_quad(numbers: vec4f, nothing: u32) -> vec4f {
  return bitcast<vec4f>(bitcast<vec4u>(numbers) ^ vec4u(nothing));
}

fn plus_quad(one: Sums, other: vec4f, nothing: u32) -> Sums {
  let sum = as_rounded_quad(one.sum + other, nothing);
  let added = as_rounded_quad(sum - one.sum, nothing);
  let lost = (one.sum - (sum - added)) + (other - added);
  return Sums(sum, one.rest + lost);
}

fn in_one(all: Sums, nothing: u32) -> Sum {
  return plus(
    plus(Sum(all.sum.x, all.rest.x), Sum(all.sum.y, all.rest.y), nothing),
    plus(Sum(all.sum.z, all.rest.z), Sum(all.sum.w, all.rest.w), nothing),
    nothing,
  );
}

// By how much a sum over a count is more than a number near it.
fn excess_of(total: Sum, count: f32, near: f32) -> f32 {
  return (left_of(total.sum, near, count) + total.rest) / count;
}

// A sum over a count, rounded once: what a division leaves counts too.
fn quotient_of(total: Sum, count: f32) -> f32 {
  let quotient = total.sum / count;
  // What an infinity left on its way is NaN.
  if (!is_finite(quotient)) {
    return quotient;
  }
  return quotient + excess_of(total, count, quotient);
}
