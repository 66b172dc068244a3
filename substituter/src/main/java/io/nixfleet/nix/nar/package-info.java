/**
 * NAR, Nix's archive of a file tree: a strict reader, a writer, and a stream that checks what
 * passes through it. Pure but for the streams it is handed; no file is touched.
 *
 * <pre>
 * bytes in any chunks ─ NarParser ─→ NarVisitor events ─ NarWriter ─→ the same bytes
 * InputStream ─ NarCheckingInputStream ─→ the same bytes, the last of them only when all is well
 * </pre>
 *
 * <p>The reader takes what Nix 2.34 takes and nothing else: every archive has one form, so that
 * writing what was read gives the same bytes again.
 *
 * @see <a href="https://nix.dev/manual/nix/latest/protocols/nix-archive">the format in the Nix
 *     manual</a>
 */
@NullMarked
package io.nixfleet.nix.nar;

import org.jspecify.annotations.NullMarked;
