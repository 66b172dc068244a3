/**
 * The compressions of NAR files and of HTTP bodies as streams. The only package that uses the
 * decompressor libraries.
 */
@NullMarked
package io.nixfleet.nix.compression;

import org.jspecify.annotations.NullMarked;
