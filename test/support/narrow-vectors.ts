/**
 * To be imported before anything opens a device: lavapipe compiles shaders of hundreds of lines three times as fast for vectors of 128
 * bits as for those of 512 that it would take here, and faster yet if it does not optimise them, which kernels that it would never
 * choose can do without. Nothing else is affected, since each file of tests has a process of its own.
 */
process.env.LP_NATIVE_VECTOR_WIDTH = '128';
process.env.GALLIVM_PERF = 'nopt';
