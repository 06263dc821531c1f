// How fast can this device multiply and add? Chains of fused multiply-adds that touch nothing but registers.
//
//   y[thread] = sum of eight numbers, each  v <- scale v + offset  `rounds` * 32 times
//
// Every step of a chain waits for the one before it, so eight chains a thread run side by side: with the threads, enough to
// hide the latency of any arithmetic unit. Thirty-two steps stand between two turns of the loop, because software drivers pay
// for the turn (and for more chains than two vectors). `scale` and `offset` are parameters, so that no compiler can work the
// result out.

struct Params {
  rounds: u32,
  scale: f32,
  offset: f32,
}

const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

fn four_steps(v: vec4f, scale: vec4f, offset: vec4f) -> vec4f {
  return fma(fma(fma(fma(v, scale, offset), scale, offset), scale, offset), scale, offset);
}

fn eight_steps(v: vec4f, scale: vec4f, offset: vec4f) -> vec4f {
  return four_steps(four_steps(v, scale, offset), scale, offset);
}

@compute @workgroup_size(WORKGROUP)
fn arithmetic(@builtin(global_invocation_id) thread: vec3u) {
  let scale = vec4f(params.scale);
  let offset = vec4f(params.offset);
  var a = vec4f(f32(thread.x));
  var b = a + 1.0;
  for (var round = 0u; round < params.rounds; round++) {
    let a8 = eight_steps(a, scale, offset);
    let b8 = eight_steps(b, scale, offset);
    let a16 = eight_steps(a8, scale, offset);
    let b16 = eight_steps(b8, scale, offset);
    let a24 = eight_steps(a16, scale, offset);
    let b24 = eight_steps(b16, scale, offset);
    a = eight_steps(a24, scale, offset);
    b = eight_steps(b24, scale, offset);
  }
  y[thread.x] = dot(a + b, vec4f(1.0));
}
