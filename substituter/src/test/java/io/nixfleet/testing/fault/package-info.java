/**
 * A proxy between a client and a cache that harms what passes, at any byte and as scripted.
 *
 * <pre>
 * client ─→ FaultProxy ─ request, its count ─→ FaultScript ─→ Fault
 *             │                                                │
 *             └─ answer of the real server ─→ FaultyWire ←─────┘ ─→ client
 * </pre>
 */
@NullMarked
package io.nixfleet.testing.fault;

import org.jspecify.annotations.NullMarked;
