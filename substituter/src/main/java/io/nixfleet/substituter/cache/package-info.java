/**
 * Binary caches over HTTP(S) and {@code file://}: lookups of narinfo, streams of NAR bytes,
 * retries, credentials. Nothing that comes from here is trusted yet.
 *
 * <pre>
 * StorePath ─ lookup ─→ NarInfoLookup: Found | Absent | Failed
 * NarInfo   ─ open   ─→ NarDownload: compressed bytes, prefetched up to a bound, resumed when cut
 *
 * BinaryCaches ─ open(URL) ─→ HttpBinaryCache ─→ HttpFetcher (redirects, credentials, status)
 *                         │                       ─→ http.HttpTransport (Vert.x; one exchange)
 *                         └─→ FileBinaryCache
 * </pre>
 */
@NullMarked
package io.nixfleet.substituter.cache;

import org.jspecify.annotations.NullMarked;
