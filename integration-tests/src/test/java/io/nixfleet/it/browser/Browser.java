package io.nixfleet.it.browser;

import io.nixfleet.it.nix.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A headless Chromium with a profile of its own, which reaches this machine and nothing else. */
public final class Browser implements AutoCloseable {
    private static final long END_SECONDS = 20;

    /** Chromium reads commands from descriptor 3 and answers to 4. */
    private static final String WITH_PIPES = "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null";

    private static final List<String> COMMAND =
            List.of(
                    "/usr/bin/chromium",
                    "--headless",
                    "--remote-debugging-pipe",
                    // Which root may not have.
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--disable-dev-shm-usage",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--disable-extensions",
                    "--disable-breakpad",
                    "--force-color-profile=srgb",
                    "--hide-scrollbars",
                    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1");

    private final Process process;
    private final Path profile;
    private final DevTools tools;

    private Browser(Process process, Path profile) {
        this.process = process;
        this.profile = profile;
        this.tools = new DevTools(process.getOutputStream(), process.getInputStream());
    }

    public static Browser start() throws IOException {
        Path profile = Files.createTempDirectory("nixfleet-chromium-");
        var command = new ArrayList<>(List.of("/bin/sh", "-c", WITH_PIPES));
        command.addAll(COMMAND);
        command.add("--user-data-dir=" + profile);
        var builder = new ProcessBuilder(command).redirectError(profile.resolve("stderr").toFile());
        builder.environment().put("HOME", profile.toString());
        return new Browser(builder.start(), profile);
    }

    /** A new tab, as large as a desktop's window. */
    public Tab newTab() {
        String target =
                tools.send("", "Target.createTarget", Map.of("url", "about:blank"))
                        .path("targetId")
                        .asText();
        String session =
                tools.send("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                        .path("sessionId")
                        .asText();
        return new Tab(tools, target, session);
    }

    @Override
    public void close() throws InterruptedException {
        List<ProcessHandle> family = process.descendants().toList();
        process.destroy();
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        for (ProcessHandle child : family) {
            child.destroyForcibly();
            child.onExit().join();
        }
        Commands.run(List.of("rm", "-rf", profile.toString()));
    }
}
