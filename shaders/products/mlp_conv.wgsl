// A whole mlpconv in one launch: a convolution and two 1x1 convolutions, each with its bias and ReLU. Forward only, for evaluation.
//
//   y = rectify(w3 * rectify(w2 * rectify(w1 (x) x + b1) + b2) + b3)
//
// *Network in Network* (Lin, Chen & Yan, 2014), section 3.1, equation 2. x: [images, channels, height, width]; w1: [maps1, channels,
// kernel_height, kernel_width], w2: [maps2, maps1], w3: [maps3, maps2]; y: [images, maps3, out_height, out_width].
//
// What the layers hand on does not leave the workgroup: all maps of POSITIONS positions are in its memory. A thread keeps the sums of
// four, eight or twelve maps (a sixteenth of ROWS) at four positions. Slices of DEPTH terms of the weights, and of what the window sees,
// go through workgroup memory as in matmul_register.wgsl; the terms of a 1x1 layer are there already. When nobody reads the maps of
// one layer any more, those of the next take their place.
//
// A sum of w1 that is not finite is added up again without the padding, as in shared/again.wgsl.
//
// Workgroups: along the positions of all images, folded into x and y. Workgroup memory: 31.1 KiB for 192 maps. Each weight is loaded
// once for 32 positions, while a product in tiles of 64 x 128 loads it once for 128: whether that costs more than is saved, a GPU has
// yet to tell.

import package::nan::is_finite;
import package::elementwise::rectify::rectify_quad;

struct Params {
  images: u32,
  channels: u32,
  height: u32,
  width: u32,
  out_height: u32,
  out_width: u32,
  kernel_height: u32,
  kernel_width: u32,
  stride_y: u32,
  stride_x: u32,
  padding_y: u32,
  padding_x: u32,
  dilation_y: u32,
  dilation_x: u32,
  maps1: u32,
  maps2: u32,
  maps3: u32,
}

const ROWS: u32 = 192u; // 64, 128 or 192: at least as many as each layer has maps
const LINEAR_LAST: bool = false; // no ReLU after the last layer

const DEPTH = 8u;
const POSITIONS = 32u;
const QUADS = POSITIONS / 4u;
const THREADS = 128u;

alias StoredX = f32;
alias StoredY = f32;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<StoredX>;
@group(0) @binding(2) var<storage, read> weight1: array<f32>;
@group(0) @binding(3) var<storage, read> bias1: array<f32>;
@group(0) @binding(4) var<storage, read> weight2: array<f32>;
@group(0) @binding(5) var<storage, read> bias2: array<f32>;
@group(0) @binding(6) var<storage, read> weight3: array<f32>;
@group(0) @binding(7) var<storage, read> bias3: array<f32>;
@group(0) @binding(8) var<storage, read_write> y: array<StoredY>;

var<workgroup> maps: array<array<vec4f, QUADS>, ROWS>; // [map][position quad]
var<workgroup> seen: array<array<vec4f, QUADS>, DEPTH>; // [term][position quad]
var<workgroup> weights: array<array<vec4f, ROWS / 4u + 1u>, DEPTH>; // [term][row quad]

// A position of an image, and where its window begins there.
struct Position {
  image: u32,
  within: u32,
  y: i32,
  x: i32,
}

// Past the last position that one is computed again, and never stored.
fn position_of(index: u32) -> Position {
  let in_image = params.out_height * params.out_width;
  let at = min(index, params.images * in_image - 1u);
  let within = at % in_image;
  let line = within / params.out_width;
  return Position(
    at / in_image,
    within,
    i32(line * params.stride_y) - i32(params.padding_y),
    i32(within % params.out_width * params.stride_x) - i32(params.padding_x),
  );
}

// Where in x a term of the first layer lies, [channel][tap]; `inside` is false for the padding.
struct Pixel {
  inside: bool,
  at: u32,
}

fn pixel_of(position: Position, term: u32) -> Pixel {
  let taps = params.kernel_height * params.kernel_width;
  let channel = term / taps;
  let tap = term % taps;
  let line = position.y + i32(tap / params.kernel_width * params.dilation_y);
  let column = position.x + i32(tap % params.kernel_width * params.dilation_x);
  let plane = position.image * params.channels + channel;
  return Pixel(
    u32(line) < params.height && u32(column) < params.width,
    (plane * params.height + u32(line)) * params.width + u32(column),
  );
}

fn terms_of(layer: u32) -> u32 {
  switch (layer) {
    case 0u: { return params.channels * params.kernel_height * params.kernel_width; }
    case 1u: { return params.maps1; }
    default: { return params.maps2; }
  }
}

fn maps_of(layer: u32) -> u32 {
  switch (layer) {
    case 0u: { return params.maps1; }
    case 1u: { return params.maps2; }
    default: { return params.maps3; }
  }
}

fn weight_of(layer: u32, at: u32) -> f32 {
  switch (layer) {
    case 0u: { return weight1[at]; }
    case 1u: { return weight2[at]; }
    default: { return weight3[at]; }
  }
}

fn bias_of(layer: u32, row: u32) -> f32 {
  switch (layer) {
    case 0u: { return bias1[row]; }
    case 1u: { return bias2[row]; }
    default: { return bias3[row]; }
  }
}

// Zeros stand behind the last row and the last term.
fn put_weights(index: u32, layer: u32, first: u32) {
  let terms = terms_of(layer);
  for (var i = index; i < DEPTH * ROWS; i += THREADS) {
    let term = i % DEPTH;
    let row = i / DEPTH;
    var weight = 0.0;
    if (first + term < terms && row < maps_of(layer)) {
      weight = weight_of(layer, row * terms + first + term);
    }
    weights[term][row / 4u][row % 4u] = weight;
  }
}

fn put_seen(index: u32, position: Position, first: u32) {
  for (var term = index / POSITIONS; term < DEPTH; term += THREADS / POSITIONS) {
    let pixel = pixel_of(position, first + term);
    var value = 0.0;
    if (first + term < terms_of(0u) && pixel.inside) {
      value = f32(x[pixel.at]);
    }
    seen[term][index % POSITIONS / 4u][index % 4u] = value;
  }
}

fn sum_again(position: Position, row: u32) -> f32 {
  var sum = 0.0;
  for (var term = 0u; term < terms_of(0u); term++) {
    let pixel = pixel_of(position, term);
    if (pixel.inside) {
      sum = fma(weight1[row * terms_of(0u) + term], f32(x[pixel.at]), sum);
    }
  }
  return sum;
}

// What a row's sums become. Rows that a layer does not have are zeros to the next.
fn finished(layer: u32, row: u32, first: u32, sums: vec4f) -> vec4f {
  if (row >= maps_of(layer)) {
    return vec4f();
  }
  var values = sums;
  for (var lane = 0u; lane < 4u; lane++) {
    if (layer == 0u && !is_finite(values[lane])) {
      values[lane] = sum_again(position_of(first + lane), row);
    }
  }
  values += bias_of(layer, row);
  if (LINEAR_LAST && layer == 2u) {
    return values;
  }
  return rectify_quad(values);
}

fn store(row: u32, first: u32, values: vec4f) {
  let in_image = params.out_height * params.out_width;
  for (var lane = 0u; lane < 4u; lane++) {
    if (row < params.maps3 && first + lane < params.images * in_image) {
      let position = position_of(first + lane);
      y[(position.image * params.maps3 + row) * in_image + position.within] = StoredY(values[lane]);
    }
  }
}

@compute @workgroup_size(THREADS)
fn forward(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let first_position = (group.y * groups.x + group.x) * POSITIONS;
  let fetched = position_of(first_position + index % POSITIONS);
  let quad = index % QUADS;
  let row_quad = index / QUADS; // and those 16 and 32 further on

  for (var layer = 0u; layer < 3u; layer++) {
    var sums = array<vec4f, ROWS / 16u>(); // without these zeros Tint goes on from the sums of the layer before
    for (var first = 0u; first < terms_of(layer); first += DEPTH) {
      workgroupBarrier(); // nobody needs the slice before, and all maps are there
      put_weights(index, layer, first);
      if (layer == 0u) {
        put_seen(index, fetched, first);
      }
      workgroupBarrier();
      for (var term = 0u; term < DEPTH; term++) {
        var input = seen[term][quad];
        if (layer > 0u) {
          input = maps[min(first + term, ROWS - 1u)][quad];
        }
        for (var j = 0u; j < ROWS / 64u; j++) {
          let four = weights[term][row_quad + 16u * j];
          sums[4u * j] = fma(vec4f(four.x), input, sums[4u * j]);
          sums[4u * j + 1u] = fma(vec4f(four.y), input, sums[4u * j + 1u]);
          sums[4u * j + 2u] = fma(vec4f(four.z), input, sums[4u * j + 2u]);
          sums[4u * j + 3u] = fma(vec4f(four.w), input, sums[4u * j + 3u]);
        }
      }
    }
    workgroupBarrier(); // nobody needs the maps before
    for (var j = 0u; j < ROWS / 16u; j++) {
      let row = 4u * (row_quad + 16u * (j / 4u)) + j % 4u;
      let values = finished(layer, row, first_position + 4u * quad, sums[j]);
      if (layer < 2u) {
        maps[row][quad] = values;
      } else {
        store(row, first_position + 4u * quad, values);
      }
    }
  }
}
