// The set-up is plain JavaScript, which must run before any compiler is installed; its tests take it untyped.
declare module '*.mjs';
/** Scripts of pages. */
declare module '*/step-view.js';
