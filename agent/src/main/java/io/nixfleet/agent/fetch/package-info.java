/**
 * The substituter as this host's configuration has it, for the command line and the daemon alike.
 *
 * <pre>
 * nix show-config, netrc, NIX_SSL_CERT_FILE ─→ FetchEnvironment ─→ BinaryCaches, TrustedKeys
 * assumed netrc ─→ EarlySources: asks for the roots meanwhile ────────┘ if it was assumed rightly
 * </pre>
 */
@NullMarked
package io.nixfleet.agent.fetch;

import org.jspecify.annotations.NullMarked;
