/**
 * The {@code fetch} and {@code plan} commands of the package, against real caches and real stores.
 */
@NullMarked
package io.nixfleet.it.fetch;

import org.jspecify.annotations.NullMarked;
