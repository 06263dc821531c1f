/**
 * The checksum of TensorBoard's files: the cyclic redundancy check with Castagnoli's polynomial, of 32 bits (RFC 3720, appendix
 * B.4). Node's own `crc32` is that with another polynomial.
 */
const POLYNOMIAL = 0x82f63b78; // with its bits in reverse order, as the loop below takes them

/** What each value of a byte adds. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? POLYNOMIAL : 0);
  return remainder;
});

export function crc32c(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) remainder = (remainder >>> 8) ^ TABLE[(remainder ^ byte) & 0xff]!;
  return ~remainder >>> 0;
}
