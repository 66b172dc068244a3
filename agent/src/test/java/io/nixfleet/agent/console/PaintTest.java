package io.nixfleet.agent.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaintTest {
    @Test
    void coloursAnOutcomeByHowGoodItIs() {
        var paint = new Paint(true);

        assertThat(paint.outcome("deployed")).isEqualTo("\033[32mdeployed\033[0m");
        assertThat(paint.outcome("rollback_failed")).isEqualTo("\033[31mrollback_failed\033[0m");
        assertThat(paint.outcome("superseded")).isEqualTo("\033[33msuperseded\033[0m");
    }

    @Test
    void leavesTextAloneWhereColoursAreUnwelcome() {
        assertThat(new Paint(false).outcome("deployed")).isEqualTo("deployed");
    }

    @Test
    void makesHostileTextHarmlessToATerminal() {
        assertThat(Paint.printable("a\u001b]0;x\u0007b\r\n c\u009b31m é"))
                .isEqualTo("a?]0;x?b c?31m é");
    }
}
