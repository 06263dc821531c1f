// Eight numbers rounded to halves, and what that leaves of them.
//
// Two halves stand in a word, and eight of them in a vec4u, which is stored as one.

// A number with as many bits as a half has: by hand, since of x - f32(f16(x)) a driver may make 0. Numbers halfway between two halves
// go up here, and with a driver's rounding to even ones; so what is split must be rounded here before it is packed, or a number and
// its rest would not add up.
fn rounded(x: vec4f) -> vec4f {
  return bitcast<vec4f>((bitcast<vec4u>(x) + 0x1000u) & vec4u(0xffffe000u));
}

fn halves_of(first: vec4f, second: vec4f) -> vec4u {
  return vec4u(
    pack2x16float(first.xy),
    pack2x16float(first.zw),
    pack2x16float(second.xy),
    pack2x16float(second.zw),
  );
}

fn rounded_halves_of(first: vec4f, second: vec4f) -> vec4u {
  return halves_of(rounded(first), rounded(second));
}

fn rest_of(first: vec4f, second: vec4f) -> vec4u {
  return halves_of(first - rounded(first), second - rounded(second));
}
