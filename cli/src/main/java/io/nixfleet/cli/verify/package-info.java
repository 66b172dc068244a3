/**
 * Whether hosts could fetch what is about to be released: each system's whole closure is looked for
 * in the cache, and its signatures are checked, as hosts do it; nothing is downloaded.
 *
 * <pre>
 * systems ─→ the fleet's cache ─ absent there ─→ upstream caches ─→ CacheReport
 * </pre>
 */
@NullMarked
package io.nixfleet.cli.verify;

import org.jspecify.annotations.NullMarked;
