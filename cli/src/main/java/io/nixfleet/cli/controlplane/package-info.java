/**
 * Talking with a control plane as an operator. Calls block; each is limited in time and size.
 *
 * <pre>
 * OperatorClient ─ Call ─→ the agent's Link ─→ answer ─→ message, or OperatorException: why not
 * </pre>
 */
@NullMarked
package io.nixfleet.cli.controlplane;

import org.jspecify.annotations.NullMarked;
