/**
 * One HTTP GET at a time, blocking for its caller and not for the event loop: the only package that
 * uses Vert.x. It knows nothing of Nix; redirects, retries and resumption are its users' business.
 *
 * <pre>
 * HttpTransport.start ─→ HttpExchange ─ awaitHead ─→ HttpHead
 *                            │           (event loop: chunks → BodyBuffer, paused when it is full)
 *                            └─ body ─→ InputStream that blocks, with a limit, until bytes arrive
 * </pre>
 */
@NullMarked
package io.nixfleet.substituter.cache.http;

import org.jspecify.annotations.NullMarked;
