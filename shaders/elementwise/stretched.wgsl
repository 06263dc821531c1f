// Finding the elements of operands that broadcast.
//
// An output is row-major with the lengths [any, lengths.x, lengths.y, lengths.z]. A stride says how far apart neighbours along an
// axis are in an operand; it is 0 along an axis that is stretched, so every index of the output finds its element.

// The index [i0, i1, i2, i3] of the element at a row-major position of the output.
fn index_of(position: u32, lengths: vec3u) -> vec4u {
  let row = position / lengths.z;
  let plane = row / lengths.y;
  let volume = plane / lengths.x;
  return vec4u(volume, plane - volume * lengths.x, row - plane * lengths.y, position - row * lengths.z);
}
