package io.nixfleet.agent.cli;

import io.nixfleet.agent.doctor.Result;
import java.io.PrintStream;
import java.nio.charset.Charset;

/** A sign for each result. */
record Marks(String ok, String warning, String failed, String notChecked) {
    private static final Marks SIGNS = new Marks("✓", "!", "✗", "-");
    private static final Marks ASCII = new Marks("+", "!", "X", "-");

    /** Those that a stream has characters for. */
    static Marks fitting(PrintStream out) {
        return fitting(out.charset());
    }

    static Marks fitting(Charset charset) {
        return charset.newEncoder().canEncode(SIGNS.ok + SIGNS.failed) ? SIGNS : ASCII;
    }

    String of(Result result) {
        return switch (result) {
            case OK -> ok;
            case WARNING -> warning;
            case FAILED -> failed;
            case NOT_CHECKED -> notChecked;
        };
    }
}
