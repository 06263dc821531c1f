// Average pooling into as many bins as are asked for, forward and backward.
//
//   y[plane, r, c]  = (1 / count) sum over h in bin r and w in bin c of x[plane, h, w]
//   dx[plane, h, w] = sum of dy / count over the bins that hold x[plane, h, w]
//
// x and dx: [planes, height, width]; y and dy: [planes, out_height, out_width]. A plane is one channel of one image. Along an axis of
// length n that becomes m, bin i holds the elements from floor(i n / m) to below ceil((i + 1) n / m), as in PyTorch: bins are of equal
// size where m divides n, and else neighbours may overlap.
//
// Element j is in the bins from floor(j m / n) to below ceil((j + 1) m / n): the same formula with the lengths exchanged, so one
// function serves both directions, and both gather. A workgroup has one plane (planeGrid in src/kernels/planes.ts).

struct Params {
  planes: u32,
  height: u32,
  width: u32,
  out_height: u32,
  out_width: u32,
}

alias Stored = f32;

const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<uniform> params: Params;

// From `first` up to `end`.
struct Span {
  first: u32,
  end: u32,
}

// What lies under position `index` of an axis of `length` on one of `other`.
fn span_of(index: u32, length: u32, other: u32) -> Span {
  return Span(index * other / length, ((index + 1u) * other + length - 1u) / length);
}

fn length_of(span: Span) -> u32 {
  return span.end - span.first;
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
    let rows = span_of(row, params.out_height, params.height);
    let columns = span_of(position - row * params.out_width, params.out_width, params.width);
    var sum = 0.0;
    for (var h = rows.first; h < rows.end; h++) {
      let start = (plane * params.height + h) * params.width;
      for (var w = columns.first; w < columns.end; w++) {
        sum += f32(x[start + w]);
      }
    }
    y[plane * positions + position] = Stored(sum / f32(length_of(rows) * length_of(columns)));
  }
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
    let h = pixel / params.width;
    let rows = span_of(h, params.height, params.out_height);
    let columns = span_of(pixel - h * params.width, params.width, params.out_width);
    var sum = 0.0;
    for (var row = rows.first; row < rows.end; row++) {
      let in_row = length_of(span_of(row, params.out_height, params.height));
      let start = (plane * params.out_height + row) * params.out_width;
      for (var column = columns.first; column < columns.end; column++) {
        let in_column = length_of(span_of(column, params.out_width, params.width));
        sum += f32(output_gradient[start + column]) / f32(in_row * in_column);
      }
    }
    input_gradient[plane * pixels + pixel] = Stored(sum);
  }
}
