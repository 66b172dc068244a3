package io.nixfleet.cli.view;

import io.nixfleet.agent.console.Paint;

/** States in the colour of how good they are. */
final class Tones {
    private Tones() {}

    static Table.Cell rollout(String status, Paint paint) {
        return switch (status) {
            case "completed" -> new Table.Cell(status, paint::good);
            case "failed", "cancelled" -> new Table.Cell(status, paint::bad);
            case "paused" -> new Table.Cell(status, paint::warning);
            default -> Table.Cell.of(status);
        };
    }

    static Table.Cell health(String word, Paint paint) {
        return switch (word) {
            case "healthy" -> new Table.Cell(word, paint::good);
            case "unhealthy" -> new Table.Cell(word, paint::bad);
            default -> Table.Cell.of(word);
        };
    }
}
