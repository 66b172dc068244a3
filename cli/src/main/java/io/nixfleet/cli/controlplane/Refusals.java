package io.nixfleet.cli.controlplane;

import io.nixfleet.agent.controlplane.Answer;
import io.nixfleet.cli.controlplane.OperatorException.Kind;
import java.net.URI;

/**
 * Answers that are no success, in words that tell an operator what to do.
 *
 * @param url of the control plane
 * @param withKey whether a key was shown
 */
record Refusals(URI url, boolean withKey) {
    /**
     * @param what was asked for
     * @param said the answer's body, short
     * @param doneOnce whether it would matter if a server that broke down had done it
     */
    OperatorException of(Answer answer, String what, String said, boolean doneOnce) {
        if (answer.redirect()) {
            return refused(
                    Kind.UNREACHABLE,
                    "answers %d and leads elsewhere, where we do not follow; give the final address as --control-plane-url"
                            .formatted(answer.status()));
        }
        return switch (answer.status()) {
            case 401 ->
                    refused(
                            Kind.NOT_LET_IN,
                            withKey
                                    ? "does not know the API key (401)"
                                    : "wants an API key (401): give --api-key-file, or put it into"
                                            + " NIXFLEET_API_KEY or credentials.toml");
            case 403 ->
                    refused(
                            Kind.NOT_LET_IN,
                            "does not allow it to this key or certificate (403)" + because(said));
            case 404 ->
                    refused(
                            Kind.NOT_FOUND,
                            said.isEmpty()
                                    ? "has no %s (404); check that --control-plane-url has the right path"
                                            .formatted(what)
                                    : "has no %s (404)%s".formatted(what, because(said)));
            case 409 -> refused(Kind.CONFLICT, "says that it conflicts (409)" + because(said));
            case 400, 413, 415, 422 ->
                    refused(
                            Kind.REFUSED,
                            "refuses the request (%d)%s".formatted(answer.status(), because(said)));
            default ->
                    new OperatorException(
                            Kind.UNREACHABLE,
                            doneOnce && answer.status() >= 500,
                            at("answers %d%s".formatted(answer.status(), because(said))));
        };
    }

    OperatorException garbage(String problem, String said, boolean perhapsDone) {
        return new OperatorException(
                Kind.UNREACHABLE,
                perhapsDone,
                at(
                        "answers what is not of its contract: %s; it sent '%s'"
                                .formatted(problem, said)));
    }

    private static String because(String said) {
        return said.isEmpty() ? "" : ": " + said;
    }

    private OperatorException refused(Kind kind, String words) {
        return new OperatorException(kind, false, at(words));
    }

    private String at(String words) {
        return "control plane %s: %s".formatted(url, words);
    }
}
