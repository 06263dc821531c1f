// How the channels of x [batch, channels, length] are dealt out, length counting the rows and columns of an image as one axis.
//
// x and what has its shape is loaded and stored four elements at a time, a quad. The quads that hold a channel, plane after plane,
// are cut into `parts` stretches; a workgroup has a stretch of a channel, so that what belongs to the channel is loaded once, and
// its threads take the quads of the stretch in turn. They go from place to place without dividing. Workgroups along x have
// neighbouring channels, which lie side by side in memory.
//
// The sums of a workgroup's threads meet in workgroup memory, where barriers are cheap (MEETING); else each of its threads leaves one.
//
// Where length is no multiple of four (not ALIGNED), a plane may begin and end within a quad that it shares with others. Sums leave
// out the elements that are not of the plane. An element of a result is stored by whoever has the first one of its quad.

struct Params {
  batch: u32,
  channels: u32,
  length: u32,
  parts: u32, // or sums, where those of a channel are ended
  eps: f32,
  momentum: f32,
  // Always 0, which the compiler does not know: what depends on it is neither simplified nor unrolled.
  nothing: u32,
}

const WORKGROUP: u32 = 256u;
const ALIGNED: bool = false;
const MEETING: bool = true;
// Threads that end the sums of a channel.
const FINISHING: u32 = 64u;

// How elements of x, y and their gradients are stored. All arithmetic is in single precision.
alias Stored = f32;

@group(0) @binding(0) var<uniform> params: Params;

// Quads that a plane may lie in: one more than it could fill, unless it begins with one.
fn quads_of_plane() -> u32 {
  return select((params.length + 6u) / 4u, params.length / 4u, ALIGNED);
}

fn quads_of_channel() -> u32 {
  return params.batch * quads_of_plane();
}

// Quads of a channel, from `first` up to `end`.
struct Stretch {
  first: u32,
  end: u32,
}

fn stretch_of(part: u32) -> Stretch {
  let quads = quads_of_channel();
  let each = (quads + params.parts - 1u) / params.parts;
  return Stretch(min(part * each, quads), min((part + 1u) * each, quads));
}

// One of the quads that a plane may lie in.
struct Place {
  image: u32,
  quad: u32,
}

fn place_of(index: u32) -> Place {
  let quads = quads_of_plane();
  return Place(index / quads, index % quads);
}

// The place of the index that is larger by WORKGROUP.
fn next_place(place: Place) -> Place {
  let quads = quads_of_plane();
  let quad = place.quad + WORKGROUP % quads;
  let image = place.image + WORKGROUP / quads;
  if (quad >= quads) {
    return Place(image + 1u, quad - quads);
  }
  return Place(image, quad);
}

// A quad in memory, and which of its elements are of the plane.
struct Quad {
  at: u32,
  mine: vec4<bool>,
}

fn quad_at(place: Place, channel: u32) -> Quad {
  let start = (place.image * params.channels + channel) * params.length;
  let at = start / 4u + place.quad;
  if (ALIGNED) {
    return Quad(at, vec4(true));
  }
  // What lies before the start becomes a huge number.
  return Quad(at, 4u * at + vec4u(0u, 1u, 2u, 3u) - start < vec4u(params.length));
}

// The channel of an element anywhere in x.
fn channel_of(element: u32) -> u32 {
  return element / params.length % params.channels;
}
