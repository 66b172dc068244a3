package io.nixfleet.cli.view;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.agent.console.Report;
import io.nixfleet.agent.console.Units;
import io.nixfleet.cli.direct.DirectRollout.Result;
import io.nixfleet.cli.rollout.Batches;
import io.nixfleet.cli.rollout.HostEnd;
import io.nixfleet.nix.store.StorePath;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How a rollout ended that the command ran itself, a line for each host.
 *
 * @param systems of the release, by host
 */
public record DirectView(
        Result result, Batches batches, Map<String, StorePath> systems, Paint paint)
        implements Report {
    public DirectView {
        systems = Map.copyOf(systems);
    }

    @Override
    public ObjectNode toJson() {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("status", result.status().name().toLowerCase(Locale.ROOT));
        object.put("batches", batches.count());
        object.put("batches_begun", result.batches());
        var hosts = object.putArray("hosts");
        for (int batch = 0; batch < batches.count(); batch++) {
            for (String host : batches.hosts().get(batch)) {
                HostEnd end = end(host);
                ObjectNode one = hosts.addObject();
                one.put("hostname", host);
                one.put("batch", batch + 1);
                one.put("store_path", Objects.requireNonNull(systems.get(host)).toString());
                one.put("before", before(host).map(StorePath::toString).orElse(null));
                one.put("outcome", end.kind().word());
                one.put("message", end.message());
            }
        }
        return object;
    }

    private HostEnd end(String host) {
        return Objects.requireNonNull(result.ends().get(host));
    }

    private Optional<StorePath> before(String host) {
        return result.before().getOrDefault(host, Optional.empty());
    }

    @Override
    public void print(PrintWriter out, PrintWriter err, boolean quiet) {
        var table = new Table("HOST", "BATCH", "OUTCOME", "");
        for (int batch = 0; batch < batches.count(); batch++) {
            for (String host : batches.hosts().get(batch)) {
                HostEnd end = end(host);
                table.row(
                        Table.Cell.of(host),
                        Table.Cell.of(String.valueOf(batch + 1)),
                        tone(end.kind()),
                        Table.Cell.of(end.message()));
            }
        }
        table.print(out);
        out.println();
        sentences().forEach(out::println);
    }

    private Table.Cell tone(HostEnd.Kind kind) {
        String word = word(kind);
        return switch (kind) {
            case RAN_IT, DEPLOYED -> new Table.Cell(word, paint::good);
            case FAILED, ROLLED_BACK, UNKNOWN, NOT_REVERTED -> new Table.Cell(word, paint::bad);
            case REVERTED -> new Table.Cell(word, paint::warning);
            case NOT_BEGUN -> Table.Cell.of(word);
        };
    }

    /** In a word or two, for people. */
    public static String word(HostEnd.Kind kind) {
        return switch (kind) {
            case NOT_BEGUN -> "untouched";
            case RAN_IT -> "ran it already";
            case DEPLOYED -> "deployed";
            case FAILED -> "failed";
            case ROLLED_BACK -> "rolled back";
            case UNKNOWN -> "unknown";
            case REVERTED -> "brought back";
            case NOT_REVERTED -> "not brought back";
        };
    }

    /** For a line of its own. */
    static String words(HostEnd end) {
        return word(end.kind()) + (end.message().isEmpty() ? "" : ": " + end.message());
    }

    private List<String> sentences() {
        return switch (result.status()) {
            case COMPLETED ->
                    List.of(
                            "the release is deployed: %s of %s run it, and are healthy"
                                    .formatted(good(), Units.count(result.ends().size(), "host")));
            case PAUSED -> List.of(stopped() + "; hosts keep what they have", GOING_ON);
            case REVERTED -> List.of(stopped() + "; all hosts run what they ran before", AGAIN);
            case FAILED ->
                    List.of(
                            stopped()
                                    + "; not all hosts could be brought back to what they ran"
                                    + " before",
                            AGAIN);
        };
    }

    /** What to do after a pause. */
    private static final String GOING_ON =
            "mend what failed and go on with the same command: hosts that run the release are"
                + " passed over, and one that rolled it back takes it again after 'nixfleet-agent"
                + " retry' there";

    private static final String AGAIN =
            "a host that rolled it back takes it again after 'nixfleet-agent retry' there";

    private long good() {
        return result.ends().values().stream().filter(HostEnd::good).count();
    }

    private String stopped() {
        return "batch %d of %d failed".formatted(result.batches(), batches.count());
    }
}
