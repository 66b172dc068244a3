/** The package as the build makes it: it runs anywhere, on its own, and stays small. */
@NullMarked
package io.nixfleet.it.packaging;

import org.jspecify.annotations.NullMarked;
