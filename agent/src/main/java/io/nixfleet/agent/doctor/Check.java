package io.nixfleet.agent.doctor;

/** One thing to look at. */
interface Check {
    /** What it looks at, in a word or two. */
    String name();

    /** Looks; may block, and ends when its thread is interrupted. */
    Finding look() throws InterruptedException;
}
