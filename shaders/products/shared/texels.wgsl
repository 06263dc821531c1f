// Operands as texels: copies of buffers in textures, four numbers each, which a software driver reads faster than buffers.
//
// The engine makes the copies before a launch (src/gpu/memory/texels.ts). Texel i holds numbers 4 i to 4 i + 3 of the buffer.

const WIDTH: u32 = 1024u; // texels in a row of a texture

@group(0) @binding(6) var a_texels: texture_storage_2d<rgba32float, read>;
@group(0) @binding(7) var b_texels: texture_storage_2d<rgba32float, read>;

fn texel_of_a(i: u32) -> vec4f {
  return textureLoad(a_texels, vec2u(i % WIDTH, i / WIDTH));
}

fn texel_of_b(i: u32) -> vec4f {
  return textureLoad(b_texels, vec2u(i % WIDTH, i / WIDTH));
}
