/**
 * Who the agent is and whom it trusts, from files that change while it runs. The only user of
 * Bouncy Castle in the agent; knows nothing of HTTP.
 *
 * <pre>
 * CA file + the system's bundle ─→ TrustedAuthorities ─┐
 * certificate file + key file ───→ ClientIdentity ─────┴→ TlsMaterial
 *        └─ TlsFiles: looks whether a file changed, reads again, keeps the old while the new is bad
 * </pre>
 */
@NullMarked
package io.nixfleet.agent.tls;

import org.jspecify.annotations.NullMarked;
