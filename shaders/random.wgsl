// Random bits without a state: a hash of a key and of a number that is another one for each element.
//
// A key (random_key.wgsl draws them) is a seed and a counter. Whoever holds it finds the same bits again, in any order and on
// any number of threads; so what was drawn need not be stored.

struct Key {
  seed: u32,
  counter: u32,
}

// Jarzynski & Olano, "Hash Functions for GPU Rendering" (JCGT 9(3), 2020); the same integers as in src/tensor/random.ts.
fn pcg3d(input: vec3u) -> vec3u {
  var v = input * 1664525u + 1013904223u;
  v.x += v.y * v.z;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v ^= v >> vec3u(16u);
  v.x += v.y * v.z;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  return v;
}

// Three words of random bits for element i.
fn random_bits(key: Key, i: u32) -> vec3u {
  return pcg3d(vec3u(key.seed, key.counter, i));
}
