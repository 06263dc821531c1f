// One of eight rows' sums, picked by comparison from variables that have names of their own.
//
// What is written once is compiled once: so rows can be stored in a loop, whose body would otherwise stand there for each row.

fn pick(row: u32, s0: vec4f, s1: vec4f, s2: vec4f, s3: vec4f, s4: vec4f, s5: vec4f, s6: vec4f, s7: vec4f) -> vec4f {
  var sums = s0;
  sums = select(sums, s1, row == 1u);
  sums = select(sums, s2, row == 2u);
  sums = select(sums, s3, row == 3u);
  sums = select(sums, s4, row == 4u);
  sums = select(sums, s5, row == 5u);
  sums = select(sums, s6, row == 6u);
  sums = select(sums, s7, row == 7u);
  return sums;
}
