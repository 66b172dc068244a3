package io.nixfleet.cli.view;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.console.Report;
import io.nixfleet.agent.console.Units;
import io.nixfleet.cli.verify.CacheReport;
import io.nixfleet.protocol.operator.NewRelease;
import io.nixfleet.protocol.operator.ReleaseEntry;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What was released, or would be.
 *
 * @param id as it was registered; empty if it was not
 * @param file that it was written to; empty if it was not
 * @param verified what the cache has of it, if that was looked at
 */
public record NewReleaseView(
        Optional<String> id,
        Optional<Path> file,
        NewRelease release,
        Optional<CacheReport> verified)
        implements Report {
    @Override
    public ObjectNode toJson() {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put(
                "status", id.isPresent() ? "registered" : file.isPresent() ? "written" : "dry-run");
        object.put("id", id.orElse(null));
        object.put("file", file.map(Path::toString).orElse(null));
        object.put("flake_ref", release.flakeRef().orElse(null));
        object.put("flake_rev", release.flakeRev().orElse(null));
        object.put("cache_url", release.cacheUrl().orElse(null));
        var entries = object.putArray("entries");
        for (ReleaseEntry entry : release.entries()) {
            ObjectNode host = entries.addObject();
            host.put("hostname", entry.hostname());
            host.put("store_path", entry.storePath());
            host.put("platform", entry.platform());
            var tags = host.putArray("tags");
            entry.tags().forEach(tags::add);
        }
        object.put("verified", verified.isPresent());
        var upstream = object.putArray("upstream_only");
        verified.ifPresent(
                report -> report.upstreamOnly().forEach(path -> upstream.add(path.toString())));
        return object;
    }

    @Override
    public void print(PrintWriter out, PrintWriter err, boolean quiet) {
        verified.ifPresent(report -> say(report, err));
        var table = new Table("HOST", "PLATFORM", "TAGS", "SYSTEM");
        for (ReleaseEntry entry : release.entries()) {
            table.row(
                    entry.hostname(),
                    entry.platform(),
                    String.join(",", entry.tags()),
                    entry.storePath());
        }
        table.print(out);
        out.println();
        String hosts = Units.count(release.entries().size(), "host");
        out.println(
                id.map(name -> "registered release %s of %s".formatted(name, hosts))
                        .or(() -> file.map(path -> "a release of %s".formatted(hosts)))
                        .orElse(
                                "a dry run of %s: nothing was pushed or registered"
                                        .formatted(hosts)));
        file.ifPresent(
                path ->
                        out.println(
                                "written to %s: 'nixfleet deploy --direct --release %s' deploys it"
                                        .formatted(path, path)));
    }

    private static void say(CacheReport report, PrintWriter err) {
        err.println(
                "the cache has %s of it, signed by trusted keys"
                        .formatted(Units.count(report.paths(), "path")));
        if (!report.upstreamOnly().isEmpty()) {
            err.println(
                    "warning: only upstream caches have these; hosts need a way there, or refuse it"
                            + " with --air-gapped:");
            report.upstreamOnly().forEach(path -> err.println("    " + path));
        }
    }
}
