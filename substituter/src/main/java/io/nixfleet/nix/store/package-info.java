/**
 * Store directories, store paths and content addresses. Pure: text in, values or a {@link
 * io.nixfleet.nix.encoding.FormatException} out; no file is touched.
 */
@NullMarked
package io.nixfleet.nix.store;

import org.jspecify.annotations.NullMarked;
