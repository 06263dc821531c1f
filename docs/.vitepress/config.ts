import { defineConfig } from 'vitepress';
import { markdown } from './markdown.js';

const chapter = (text: string, link: string) => ({ text, link });

export default defineConfig({
  title: 'dawngrad',
  description: 'How a tensor and autograd engine works, from the shader line up to the loss curve.',
  lang: 'en',
  head: [['link', { rel: 'icon', href: '/favicon.svg' }]],
  // A line's end between two links is a space.
  vue: { template: { compilerOptions: { whitespace: 'preserve' } } },
  markdown,
  themeConfig: {
    outline: 'deep',
    search: { provider: 'local' },
    nav: [
      { text: 'The book', link: '/' },
      { text: 'Glossary', link: '/glossary' },
      { text: 'API', link: '/api/index.html', target: '_self' },
    ],
    sidebar: [
      {
        text: 'How it works',
        items: [
          chapter('How a step flows', '/step'),
          chapter('Eager and recorded', '/recording'),
          chapter('The tape', '/tape'),
          chapter('Memory and its plan', '/memory'),
          chapter('From a convolution to its variant', '/convolution'),
          chapter('How a product gets fast', '/ladder'),
          chapter("Why a weight's gradient is split", '/split'),
          chapter('The tuner', '/tuner'),
          chapter('Matrix units', '/matrix-units'),
          chapter('Optimizers', '/optimizers'),
          chapter('Random numbers', '/random'),
          chapter('Network in Network', '/nin'),
        ],
      },
      {
        text: 'Each op, and its gradient',
        items: [
          chapter('How to read these', '/ops/'),
          chapter('ReLU', '/ops/relu'),
          chapter('Arithmetic, and broadcasting', '/ops/arithmetic'),
          chapter('Reductions', '/ops/reductions'),
          chapter('Layout', '/ops/layout'),
          chapter('Matrix product', '/ops/matmul'),
          chapter('Linear', '/ops/linear'),
          chapter('Convolution', '/ops/conv2d'),
          chapter('Local convolution', '/ops/local-conv2d'),
          chapter('Max pool', '/ops/max-pool'),
          chapter('Average pool', '/ops/avg-pool'),
          chapter('Interpolation', '/ops/interpolate'),
          chapter('Batch norm', '/ops/batch-norm'),
          chapter('Layer norm and group norm', '/ops/layer-norm'),
          chapter('Local response norm', '/ops/local-response-norm'),
          chapter('Maxout', '/ops/maxout'),
          chapter('Dropout', '/ops/dropout'),
          chapter('Cross-entropy', '/ops/cross-entropy'),
          chapter('Choosing', '/ops/choosing'),
        ],
      },
      {
        text: 'How to',
        items: [
          chapter('Add an op', '/guides/op'),
          chapter('Add a variant of the product', '/guides/variant'),
          chapter('Train, stop, go on', '/guides/training'),
          chapter('Train on your own images', '/guides/images'),
          chapter('Add a data set', '/guides/data-set'),
          chapter('Add a model', '/guides/model'),
          chapter('Train a net of your own', '/guides/own-net'),
          chapter('Weights, to PyTorch and back', '/guides/weights'),
          chapter('Read the bench and explain', '/guides/measuring'),
        ],
      },
      { text: 'Words', items: [chapter('Glossary', '/glossary')] },
    ],
  },
});
