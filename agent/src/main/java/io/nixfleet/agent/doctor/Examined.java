package io.nixfleet.agent.doctor;

/**
 * A check that was made.
 *
 * @param name what was looked at; the same at each run
 */
public record Examined(String name, Finding finding) {}
