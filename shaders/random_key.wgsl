// Draw the next random key.
//
//   key           = (seed, counter)
//   state.counter = counter + 1
//
// One thread. The state lives on the device, and so does every key: a recorded training step draws new keys in each run,
// without the host, and draws them again bit for bit when the state is set back.

import package::random::Key;

@group(0) @binding(1) var<storage, read_write> state: Key;
@group(0) @binding(2) var<storage, read_write> key: Key;

@compute @workgroup_size(1)
fn next_key() {
  key = state;
  state.counter++;
}
