/** What lets us into a cache: passwords and tokens, which never show in any text, and netrc. */
@NullMarked
package io.nixfleet.substituter.cache.credentials;

import org.jspecify.annotations.NullMarked;
