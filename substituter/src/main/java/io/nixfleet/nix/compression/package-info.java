/**
 * The compressions of NAR files and of HTTP bodies as streams. The only package that uses the
 * decompressor libraries.
 *
 * <pre>
 * compressed bytes ─ Decompressors.open ─→ plain bytes, to the end of the last frame or member
 *                                          └→ CorruptStreamException: which compression, where, why
 * </pre>
 *
 * <p>Input is hostile: memory per stream is bounded whatever the headers ask for, input that ends
 * before its format does is an error and never a silent end, and output comes only as fast as it is
 * read, so that a bomb costs its reader no more than what it reads.
 */
@NullMarked
package io.nixfleet.nix.compression;

import org.jspecify.annotations.NullMarked;
