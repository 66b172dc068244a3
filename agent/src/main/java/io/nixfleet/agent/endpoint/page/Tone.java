package io.nixfleet.agent.endpoint.page;

import java.util.Locale;

/** How good something is: a colour, and a mark for those to whom colours say nothing. */
enum Tone {
    GOOD("✓"),
    BAD("✗"),
    WARNING("!"),
    BUSY("▶"),
    QUIET("○");

    private final String mark;

    Tone(String mark) {
        this.mark = mark;
    }

    /** As the style sheet calls it. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** A short text in the tone's colour, its mark before it. */
    void badge(Markup page, String text) {
        page.open("span", "class", "badge " + word())
                .element("span", mark, "aria-hidden", "true")
                .text("\u00a0" + text)
                .close();
    }
}
