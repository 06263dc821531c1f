// Lines of images, once for each step that a window takes along them, for matmul_texels.wgsl in the gradient of a weight.
//
//   packed[plane][shift][y][i] = source[plane][y][origin + shift * shift_step + i * step], or 0 beyond the line
//
// Four terms of that product's sum are four neighbours that one tap of a window sees. Where they begin moves with the tap by single
// numbers, but texels begin at multiples of four: so each line is there once for each tap. Lines are dealt to the threads in
// turn: what takes a division is found once for each.

struct Params {
  planes: u32,
  height: u32,
  width: u32,
  shifts: u32,
  length: u32, // of a packed line, a multiple of four
  origin: i32,
  shift_step: i32,
  step: i32,
}

alias StoredX = f32;

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<StoredX>;
@group(0) @binding(2) var<storage, read_write> packed: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn shifts(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let quads = params.length / 4u;
  for (var line = thread.x; line < params.planes * params.shifts * params.height; line += groups.x * WORKGROUP) {
    let lines = line / params.height; // of a plane, at a shift
    let y = line - lines * params.height;
    let plane = lines / params.shifts;
    let shift = lines - plane * params.shifts;
    let start = (plane * params.height + y) * params.width;
    var x = params.origin + i32(shift) * params.shift_step + vec4i(0, 1, 2, 3) * params.step;
    for (var quad = 0u; quad < quads; quad++) {
      let inside = vec4u(x) < vec4u(params.width);
      let at = start + select(vec4u(), vec4u(x), inside);
      let values = vec4f(f32(source[at.x]), f32(source[at.y]), f32(source[at.z]), f32(source[at.w]));
      packed[line * quads + quad] = select(vec4f(), values, inside);
      x += 4 * params.step;
    }
  }
}
