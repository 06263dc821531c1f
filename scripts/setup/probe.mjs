/**
 * Asks Dawn for a WebGPU device and prints what it found as one line of JSON: `{ "adapter": "..." }`, or
 * `{ "reason": "..." }` where there is none. A process of its own, because a broken driver may take its
 * process down.
 */
let answer;
try {
  const { create } = await import('webgpu');
  const gpu = create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    answer = { reason: 'Dawn finds no adapter' };
  } else if (adapter.info.device === 'null-backend') {
    answer = { reason: 'Dawn finds only its Null backend, which computes nothing' };
  } else {
    // An adapter whose driver is too old may still refuse to make a device.
    await adapter.requestDevice();
    answer = { adapter: adapter.info.description || adapter.info.device };
  }
} catch (error) {
  answer = { reason: error instanceof Error ? error.message : String(error) };
}
// Dawn's threads may outlive the answer, and keep the process alive.
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit());
