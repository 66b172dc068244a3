/**
 * The flow of a fetch: from root paths to a store in which they are valid.
 *
 * <pre>
 * roots ─ ClosureWalk ─→ what is valid already? (store)  ─→ narinfos of the rest (caches)
 *       ─ NarInfoVerifier ─→ ClosurePlan ─ FetchOrder ─→ ClosureFetch: GET NAR → decompress → store
 *      └─ what no cache gives ─→ FallbackWork ─ FallbackRun: Nix itself ─────────────────→ store
 * </pre>
 */
@NullMarked
package io.nixfleet.substituter.fetch;

import org.jspecify.annotations.NullMarked;
