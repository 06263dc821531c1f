/**
 * To be imported before anything opens a device: lavapipe compiles shaders in two thirds of the time if it does not optimise them.
 * For files that compile hundreds of variants and run each once; all other files have their kernels as users have them.
 */
process.env.GALLIVM_PERF = 'nopt';

export {};
