// Images in another size, forward and backward.
//
//   nearest    y[i] = x[floor(i scale)]
//   bilinear   y[i] = (1 - t) x[at] + t x[at + 1]      with place p = (i + 1/2) scale - 1/2, at least 0; at = floor(p), t = p - at
//
// along rows, and so along columns; beyond the last element the last one is taken. With ALIGNED corners p = i scale, and scale is
// (length - 1) / (out - 1): the first and the last elements lie on each other.
//
// Both directions gather, so no two threads store one element: the gradient of an element is the sum over those outputs that look
// at it, each with its share. A few more are asked whether they do, since places are rounded. A workgroup has one plane (planeGrid
// in src/kernels/planes.ts).

struct Params {
  planes: u32,
  height: u32,
  width: u32,
  out_height: u32,
  out_width: u32,
  scale_y: f32,
  scale_x: f32,
}

alias Stored = f32;

const BILINEAR: bool = false;
const ALIGNED: bool = false;
const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<uniform> params: Params;

// The element that an output looks at, and how much it takes of the one after it.
struct Look {
  at: u32,
  share: f32,
}

fn look_of(output: u32, scale: f32, length: u32) -> Look {
  if (!BILINEAR) {
    return Look(min(u32(f32(output) * scale), length - 1u), 0.0);
  }
  var place = f32(output) * scale;
  if (!ALIGNED) {
    place = max((f32(output) + 0.5) * scale - 0.5, 0.0);
  }
  let at = min(u32(place), length - 1u);
  return Look(at, place - f32(at));
}

// Does an output that looks so see an element, and how much of that is in it? It may see one of which there is nothing in it: then an
// infinite gradient becomes NaN, as in PyTorch.
struct Part {
  is_seen: bool,
  share: f32,
}

fn part_of(element: u32, look: Look, length: u32) -> Part {
  let next = min(look.at + 1u, length - 1u);
  let share = select(0.0, 1.0 - look.share, element == look.at) + select(0.0, look.share, element == next);
  return Part(element == look.at || (BILINEAR && element == next), share);
}

@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = thread.z * groups.y + thread.y;
  if (plane >= params.planes) {
    return;
  }
  let positions = params.out_height * params.out_width;
  for (var position = thread.x; position < positions; position += groups.x * WORKGROUP) {
    let row = position / params.out_width;
    let up = look_of(row, params.scale_y, params.height);
    let left = look_of(position - row * params.out_width, params.scale_x, params.width);
    let upper = (plane * params.height + up.at) * params.width;
    var result = f32(x[upper + left.at]);
    if (BILINEAR) {
      let lower = select(upper, upper + params.width, up.at + 1u < params.height);
      let right = min(left.at + 1u, params.width - 1u);
      let above = (1.0 - left.share) * result + left.share * f32(x[upper + right]);
      let below = (1.0 - left.share) * f32(x[lower + left.at]) + left.share * f32(x[lower + right]);
      result = (1.0 - up.share) * above + up.share * below;
    }
    y[plane * positions + position] = Stored(result);
  }
}

// Outputs along an axis, from `first` up to `end`.
struct Span {
  first: u32,
  end: u32,
}

// Those that may look at an element: their places are less than 1 from it, or beyond the edge. Where all have one place, all of them do.
fn outputs_over(element: u32, scale: f32, length: u32, out: u32) -> Span {
  if (scale <= 0.0) {
    return Span(0u, out);
  }
  let middle = select(0.5 / scale - 0.5, 0.0, ALIGNED || !BILINEAR);
  let before = f32(element) - select(0.0, 1.0, BILINEAR);
  let first = select(u32(max(before / scale + middle - 1.0, 0.0)), 0u, element == 0u);
  let end = min(u32(max(f32(element + 1u) / scale + middle + 2.0, 0.0)), out);
  return Span(min(first, out), select(end, out, element + 1u >= length));
}

@group(0) @binding(1) var<storage, read> output_gradient: array<Stored>;
@group(0) @binding(2) var<storage, read_write> input_gradient: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = thread.z * groups.y + thread.y;
  if (plane >= params.planes) {
    return;
  }
  let pixels = params.height * params.width;
  for (var pixel = thread.x; pixel < pixels; pixel += groups.x * WORKGROUP) {
    let row = pixel / params.width;
    let column = pixel - row * params.width;
    let rows = outputs_over(row, params.scale_y, params.height, params.out_height);
    let columns = outputs_over(column, params.scale_x, params.width, params.out_width);
    var sum = 0.0;
    for (var oy = rows.first; oy < rows.end; oy++) {
      let in_row = part_of(row, look_of(oy, params.scale_y, params.height), params.height);
      let start = (plane * params.out_height + oy) * params.out_width;
      for (var ox = columns.first; ox < columns.end && in_row.is_seen; ox++) {
        let in_column = part_of(column, look_of(ox, params.scale_x, params.width), params.width);
        if (in_column.is_seen) {
          sum += in_row.share * in_column.share * f32(output_gradient[start + ox]);
        }
      }
    }
    input_gradient[plane * pixels + pixel] = Stored(sum);
  }
}
