package io.nixfleet.agent.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.substituter.fetch.FetchEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lines as Nix 2.8.0 and 2.34.8 print them. */
class NixLogTest {
    private final List<FetchEvent> events = new ArrayList<>();
    private final NixLog log = new NixLog("nix", events::add);

    private void hear(String... lines) {
        for (String line : lines) {
            log.accept(line);
        }
    }

    private static String start(int id, int type) {
        return "@nix {\"action\":\"start\",\"fields\":[\"/nix/store/x\"],\"id\":%d,\"level\":3,\"text\":\"copying path '/nix/store/x'\",\"type\":%d}"
                .formatted(id, type);
    }

    private static String progress(int id, long done, long expected) {
        return "@nix {\"action\":\"result\",\"fields\":[%d,%d,0,0],\"id\":%d,\"type\":105}"
                .formatted(done, expected, id);
    }

    private static String stop(int id) {
        return "@nix {\"action\":\"stop\",\"id\":%d}".formatted(id);
    }

    private List<FetchEvent> progressEvents() {
        return events.stream().filter(FetchEvent.FallbackProgress.class::isInstance).toList();
    }

    @Test
    void countsPathsAndBytes() {
        hear(start(3, 103), start(1, 100), start(2, 101));
        hear(progress(2, 30, 40), progress(1, 60, 100), progress(2, 40, 40));
        hear(progress(1, 100, 100), stop(2), stop(1), progress(3, 1, 1), stop(3));

        assertThat(progressEvents())
                .containsExactly(
                        new FetchEvent.FallbackProgress("nix", 0, 30, 0),
                        new FetchEvent.FallbackProgress("nix", 0, 0, 60),
                        new FetchEvent.FallbackProgress("nix", 0, 10, 0),
                        new FetchEvent.FallbackProgress("nix", 0, 0, 40),
                        new FetchEvent.FallbackProgress("nix", 1, 0, 0));
    }

    @Test
    void countsTheLastBytesThoughNixDoesNotTellOfThem() {
        hear(start(3, 103), start(1, 100), progress(1, 163_840, 169_008));
        hear(stop(1), progress(3, 1, 1));

        assertThat(progressEvents())
                .containsExactly(
                        new FetchEvent.FallbackProgress("nix", 0, 0, 163_840),
                        new FetchEvent.FallbackProgress("nix", 1, 0, 5168));
    }

    @Test
    void countsNoPathThatBrokeOff() {
        hear(start(3, 103), start(1, 100), progress(1, 60, 100), stop(1));
        hear("@nix {\"action\":\"result\",\"fields\":[0,2,0,1],\"id\":3,\"type\":105}");
        hear(start(2, 100), progress(2, 7, 7), stop(2), progress(3, 1, 2));

        assertThat(progressEvents())
                .containsExactly(
                        new FetchEvent.FallbackProgress("nix", 0, 0, 60),
                        new FetchEvent.FallbackProgress("nix", 0, 0, 7),
                        new FetchEvent.FallbackProgress("nix", 1, 0, 0));
    }

    @Test
    void ignoresProgressOfWhatIsNoTransfer() {
        hear(start(1, 102), progress(1, 1, 3), progress(9, 1, 3), stop(9));

        assertThat(progressEvents()).isEmpty();
    }

    @Test
    void keepsErrorsWithoutTheirColours() {
        hear(
                "@nix {\"action\":\"msg\",\"level\":0,\"msg\":\"\\u001b[31;1merror:\\u001b[0m path"
                        + " '/nix/store/x' is required,\\n"
                        + "  but there is no substituter that can build it\"}",
                "@nix {\"action\":\"msg\",\"level\":0,\"msg\":\"warning: the group 'nixbld' does"
                        + " not exist\"}",
                "@nix {\"action\":\"msg\",\"level\":3,\"msg\":\"these 4 paths will be fetched\"}",
                "error: from before the logger was set up");

        assertThat(log.errors())
                .containsExactly(
                        "path '/nix/store/x' is required, but there is no substituter that can"
                                + " build it",
                        "from before the logger was set up");
        assertThat(events)
                .contains(
                        new FetchEvent.FallbackOutput(
                                "nix", "warning: the group 'nixbld' does not exist", true))
                .hasSize(3);
    }

    @Test
    void tellsNoLogin() {
        hear(
                "@nix {\"action\":\"msg\",\"level\":0,\"msg\":\"error: unable to download"
                        + " 'https://fleet:hunter2@cache.example/x.narinfo': HTTP error 401\"}");

        assertThat(log.errors())
                .containsExactly(
                        "unable to download 'https://cache.example/x.narinfo': HTTP error 401");
        assertThat(events.toString()).doesNotContain("hunter2").doesNotContain("fleet");
    }

    @Test
    void survivesWhatIsNoJson() {
        hear("@nix {", "@nix []", "@nix {\"action\":\"later\"}", "", "/nix/store/x", "@nix 7");

        assertThat(log.errors()).isEmpty();
    }

    @Test
    void keepsABoundedNumberOfErrors() {
        for (int i = 0; i < 1000; i++) {
            hear("error: number " + i);
        }

        assertThat(log.errors()).hasSize(50).last().isEqualTo("number 999");
    }
}
