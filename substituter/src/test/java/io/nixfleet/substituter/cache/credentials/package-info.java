/** Tests of credentials. */
@NullMarked
package io.nixfleet.substituter.cache.credentials;

import org.jspecify.annotations.NullMarked;
