export default {
  target: 'node20',
  mode: 'none',
  entry: './app.mjs',
  experiments: { outputModule: true },
  externals: { webgpu: 'module webgpu' },
  output: { module: true, path: import.meta.dirname, filename: 'by-webpack.mjs' },
};
