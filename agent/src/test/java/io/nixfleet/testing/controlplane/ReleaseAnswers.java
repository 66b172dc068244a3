package io.nixfleet.testing.controlplane;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.testing.controlplane.rollout.NewRelease;
import io.nixfleet.testing.controlplane.rollout.Release;
import io.nixfleet.testing.controlplane.rollout.ReleaseEntry;
import java.util.List;
import java.util.function.Predicate;

/** Answers operators about releases. */
final class ReleaseAnswers {
    private static final int USUALLY_SHOWN = 20;
    private static final int MOST_SHOWN = 500;

    private final Fleet fleet;

    ReleaseAnswers(Fleet fleet) {
        this.fleet = fleet;
    }

    List<Route> routes() {
        return List.of(
                Route.of("GET", "releases", (request, _) -> list(request)),
                Route.of("POST", "releases", (request, _) -> create(request)),
                Route.of(
                        "GET",
                        "releases/*",
                        (_, names) -> Json.answer(200, json(fleet.release(names.getFirst())))),
                Route.of("DELETE", "releases/*", (_, names) -> delete(names.getFirst())),
                Route.of(
                        "GET",
                        "releases/*/diff/*",
                        (_, names) ->
                                diff(
                                        fleet.release(names.getFirst()),
                                        fleet.release(names.getLast()))));
    }

    private HttpAnswer list(HttpRequest request) {
        List<String> hosts = request.parameters("host");
        return Json.answer(
                fleet.releases().stream()
                        .filter(release -> hosts(release).containsAll(hosts))
                        .limit(limit(request))
                        .map(ReleaseAnswers::json));
    }

    private static int limit(HttpRequest request) {
        try {
            return request.parameters("limit").stream()
                    .findFirst()
                    .map(Integer::valueOf)
                    .map(limit -> Math.clamp(limit, 1, MOST_SHOWN))
                    .orElse(USUALLY_SHOWN);
        } catch (NumberFormatException _) {
            return USUALLY_SHOWN;
        }
    }

    private HttpAnswer create(HttpRequest request) {
        Release release = fleet.create(NewRelease.read(JsonBody.read(request)));
        return Json.answer(
                201,
                Json.object()
                        .put("id", release.id())
                        .put("host_count", release.content().entries().size()));
    }

    private HttpAnswer delete(String id) {
        fleet.deleteRelease(id);
        return HttpAnswer.empty(204);
    }

    private static ObjectNode json(Release release) {
        NewRelease content = release.content();
        return Json.object()
                .put("id", release.id())
                .put("flake_ref", content.flakeRef().orElse(null))
                .put("flake_rev", content.flakeRev().orElse(null))
                .put("cache_url", content.cacheUrl().orElse(null))
                .put("host_count", content.entries().size())
                .<ObjectNode>set(
                        "entries", Json.array(content.entries().stream().map(ReleaseAnswers::json)))
                .put("created_at", Json.time(release.createdAt()))
                .put("created_by", Rollouts.OPERATOR);
    }

    private static ObjectNode json(ReleaseEntry entry) {
        return Json.object()
                .put("hostname", entry.hostname())
                .put("store_path", entry.storePath())
                .put("platform", entry.platform())
                .set("tags", Json.texts(entry.tags()));
    }

    private static HttpAnswer diff(Release before, Release after) {
        List<String> left = hosts(before);
        List<String> right = hosts(after);
        List<String> both = left.stream().filter(right::contains).toList();
        Predicate<String> same = host -> before.path(host).equals(after.path(host));
        ObjectNode diff = Json.object().set("added", Json.texts(without(right, left)));
        diff.set("removed", Json.texts(without(left, right)));
        diff.set(
                "changed",
                Json.array(
                        both.stream()
                                .filter(same.negate())
                                .map(
                                        host ->
                                                Json.object()
                                                        .put("hostname", host)
                                                        .put(
                                                                "old_store_path",
                                                                before.path(host).orElseThrow())
                                                        .put(
                                                                "new_store_path",
                                                                after.path(host).orElseThrow()))));
        diff.set("unchanged", Json.texts(both.stream().filter(same).toList()));
        return Json.answer(200, diff);
    }

    private static List<String> hosts(Release release) {
        return release.content().entries().stream().map(ReleaseEntry::hostname).sorted().toList();
    }

    private static List<String> without(List<String> hosts, List<String> others) {
        return hosts.stream().filter(host -> !others.contains(host)).toList();
    }
}
