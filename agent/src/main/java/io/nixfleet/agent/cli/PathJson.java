package io.nixfleet.agent.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.nix.narinfo.Trust;
import io.nixfleet.substituter.fetch.PathResult;

/** One path's result as JSON. */
final class PathJson {
    private PathJson() {}

    static ObjectNode of(PathResult result) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("path", result.path().toString());
        switch (result) {
            case PathResult.AlreadyValid _ -> object.put("result", "alreadyValid");
            case PathResult.Fetched fetched -> {
                object.put("result", "fetched");
                object.put("cache", fetched.cache());
                switch (fetched.trust()) {
                    case Trust.SignedBy(String key) -> object.put("signedBy", key);
                    case Trust.ByOperator _ -> object.put("trustedCache", true);
                    case Trust.ContentAddressed _ -> object.put("contentAddressed", true);
                }
                object.put("receivedBytes", fetched.received());
                object.put("narBytes", fetched.narSize());
                object.put("seconds", fetched.took().toMillis() / 1000.0);
            }
            case PathResult.Realised(_, String by, String reason, var took) -> {
                object.put("result", "realised");
                object.put("by", by);
                object.put("reason", reason);
                object.put("seconds", took.toMillis() / 1000.0);
            }
            case PathResult.Absent(_, String reason, var via) -> {
                object.put("result", "absent");
                object.put("reason", reason);
                var way = object.putArray("via");
                via.forEach(path -> way.add(path.toString()));
            }
            case PathResult.Refused(_, String reason) -> {
                object.put("result", "refused");
                object.put("reason", reason);
            }
            case PathResult.Unreachable(_, String reason) -> {
                object.put("result", "unreachable");
                object.put("reason", reason);
            }
            case PathResult.StoreFailed(_, String reason) -> {
                object.put("result", "storeFailed");
                object.put("reason", reason);
            }
            case PathResult.Blocked(_, var by) -> {
                object.put("result", "blocked");
                object.put("by", by.toString());
            }
        }
        return object;
    }
}
