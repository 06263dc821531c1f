export default {
  ssr: { noExternal: true, external: ['webgpu'] },
  build: { outDir: 'by-vite', rolldownOptions: { output: { entryFileNames: 'vite.mjs' } } },
};
