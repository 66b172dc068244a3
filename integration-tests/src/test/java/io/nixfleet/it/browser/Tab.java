package io.nixfleet.it.browser;

import com.fasterxml.jackson.databind.JsonNode;
import io.nixfleet.it.host.Await;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A tab of the browser, with what it asked for and what the browser complained of. */
public final class Tab {
    private final DevTools tools;
    private final String target;
    private final String session;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final AtomicInteger loads = new AtomicInteger();

    Tab(DevTools tools, String target, String session) {
        this.tools = tools;
        this.target = target;
        this.session = session;
        tools.listen(session, this::hear);
        for (String domain : List.of("Page", "Network", "Runtime", "Log", "Audits")) {
            send(domain + ".enable", Map.of());
        }
        size(1100, 900);
    }

    private void hear(JsonNode event) {
        JsonNode parameters = event.path("params");
        switch (event.path("method").asText()) {
            case "Network.requestWillBeSent" ->
                    requests.add(parameters.at("/request/url").asText());
            case "Page.loadEventFired" -> loads.incrementAndGet();
            case "Runtime.consoleAPICalled" -> complaints.add(parameters.path("args").toString());
            case "Runtime.exceptionThrown" ->
                    complaints.add(parameters.path("exceptionDetails").toString());
            case "Log.entryAdded" -> complaints.add(parameters.at("/entry").toString());
            case "Audits.issueAdded" -> complaints.add(parameters.path("issue").toString());
            default -> {}
        }
    }

    private JsonNode send(String method, Map<String, Object> parameters) {
        return tools.send(session, method, parameters);
    }

    /** Goes there, and waits until all of it is there. */
    public Tab open(String url) {
        int before = loads.get();
        JsonNode answer = send("Page.navigate", Map.of("url", url));
        if (answer.has("errorText")) {
            throw new AssertionError("%s: %s".formatted(url, answer.path("errorText")));
        }
        Await.until(url + " is loaded", Await.LIMIT, () -> loads.get() > before);
        return this;
    }

    /** How many pages it has loaded, reloads among them. */
    public int loads() {
        return loads.get();
    }

    /** The URLs that it asked for. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /** Messages on the console, exceptions, failed loads, violations of policies. */
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** From the next page on, scripts of pages do not run. */
    public Tab withoutScripts() {
        send("Emulation.setScriptExecutionDisabled", Map.of("value", true));
        return this;
    }

    public Tab size(int width, int height) {
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        return this;
    }

    /** From now on, people prefer {@code light} or {@code dark}. */
    public Tab prefers(String scheme) {
        send(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        return this;
    }

    /** Has people look at this tab, and so at no other. */
    public void bringToFront() {
        tools.send("", "Target.activateTarget", Map.of("targetId", target));
    }

    /** What an expression of JavaScript comes to. */
    public JsonNode evaluate(String expression) {
        JsonNode answer =
                send("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
        if (answer.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + answer.path("exceptionDetails"));
        }
        return answer.at("/result/value");
    }

    public String title() {
        return evaluate("document.title").asText();
    }

    /** The visible text of the section with that heading; nothing if there is none. */
    public String section(String heading) {
        return evaluate(
                        "(document.getElementById('%s')?.closest('section').innerText ?? '')"
                                .formatted(heading))
                .asText()
                .replaceAll("[\\s\u00a0]+", " ")
                .strip();
    }

    /** The visible text of the whole page. */
    public String text() {
        return evaluate("document.body.innerText").asText().replaceAll("[\\s\u00a0]+", " ").strip();
    }

    public void awaitText(String what) {
        Await.until(
                () -> "'%s' is on the page: %s".formatted(what, text()),
                Await.LIMIT,
                () -> text().contains(what));
    }

    /** A picture of the whole page, PNG. */
    public byte[] picture() {
        return Base64.getDecoder()
                .decode(
                        send(
                                        "Page.captureScreenshot",
                                        Map.of("format", "png", "captureBeyondViewport", true))
                                .path("data")
                                .asText());
    }
}
