/**
 * What tests of this and other modules share: seeded generators, vectors, signed paths and
 * closures, hostile doubles.
 */
@NullMarked
package io.nixfleet.testing;

import org.jspecify.annotations.NullMarked;
