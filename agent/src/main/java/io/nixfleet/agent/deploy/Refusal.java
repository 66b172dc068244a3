package io.nixfleet.agent.deploy;

import io.nixfleet.nix.store.StorePath;
import java.time.Instant;

/**
 * A system that this host rolled back, and will not deploy again until another one was deployed or
 * an operator allows it.
 */
public record Refusal(StorePath system, String reason, Instant since) {}
