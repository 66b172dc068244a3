package io.nixfleet.agent.endpoint.page;

import io.nixfleet.nix.store.StorePath;
import java.time.Instant;
import java.util.List;

/** Pieces that several sections have. */
final class Parts {
    private final Markup page;
    private final Instant now;

    Parts(Markup page, Instant now) {
        this.page = page;
        this.now = now;
    }

    /**
     * A section with a heading, until {@link Markup#close}.
     *
     * @param id unique on the page
     * @param classes parted by blanks
     */
    void section(String id, String heading, String classes) {
        page.open("section", "aria-labelledby", id, "class", classes)
                .element("h2", heading, "id", id);
    }

    /** Says how long ago, or how soon; the moment itself is for machines and for a pointer. */
    void time(Instant time) {
        page.element(
                "time",
                Words.relative(time, now),
                "datetime",
                Words.iso(time),
                "title",
                Words.moment(time));
    }

    /** In full, so that it can be copied; what people tell systems apart by stands out. */
    void path(StorePath path) {
        String full = path.toString();
        int name = full.length() - path.name().length();
        page.open("code", "class", "path")
                .element("span", full.substring(0, name), "class", "quiet")
                .text(full.substring(name))
                .close();
    }

    /** A row of a list of terms: what {@code content} writes is the description. */
    void row(String term, Runnable content) {
        page.open("div").element("dt", term).open("dd");
        content.run();
        page.close().close();
    }

    /** A table's head; rows follow in its body, until two times {@link Markup#close}. */
    void table(String labelledBy, List<String> columns) {
        page.open("table", "aria-labelledby", labelledBy).open("thead").open("tr");
        columns.forEach(column -> page.element("th", column, "scope", "col"));
        page.close().close().open("tbody");
    }

    /** A message of others, lines kept. */
    void message(String text) {
        page.element("p", text, "class", "message");
    }

    void quiet(String text) {
        page.element("p", text, "class", "quiet");
    }
}
