package io.nixfleet.agent.activation;

import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.agent.deploy.SystemState.Generation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The shell script that undoes a deployment without the agent. It waits for the switch under way,
 * restores the profile, and activates what ran before. Its words are in a marker file: {@code
 * undoing}, then {@code undone} and a note, or {@code failed} and a reason.
 */
final class UndoScript {
    private static final String SAFE = "[A-Za-z0-9+._?=/:-]*";

    private UndoScript() {}

    /**
     * Writes the script.
     *
     * @param searchPath where the commands are, as PATH has it
     * @param marker the file that says what happened
     * @throws IllegalArgumentException for a name that would need quoting
     */
    static String of(
            HostPaths paths,
            List<String> units,
            SystemState before,
            Duration wait,
            String searchPath,
            Path marker) {
        var script = new StringBuilder();
        script.append(
                """
                # Undoes a deployment unless nixfleet-agent disarms it in time.
                PATH=%1$s
                export PATH
                failure=
                note=
                mark() {
                  printf '%%s\\n' "$1" > %3$s && mv -f %3$s %2$s
                }
                busy() {
                  for unit in %4$s; do
                    case "$(systemctl show -p ActiveState --value "$unit")" in
                      activating|deactivating|reloading) return 0 ;;
                    esac
                  done
                  inode=$(stat -c %%i %5$s 2> /dev/null) || return 1
                  grep -q "^[0-9]*: FLOCK .*:$inode 0 EOF" %6$s
                }
                activate() {
                  code=0
                  "$1" "$2" || code=$?
                  case "$code" in
                    0) ;;
                    4) note="some units failed" ;;
                    *) failure="$failure$1 $2 ended with exit code $code; " ;;
                  esac
                }
                mark undoing
                left=%7$d
                while [ "$left" -gt 0 ] && busy; do
                  sleep 1
                  left=$((left - 1))
                done
                if busy; then
                  for unit in %4$s; do
                    systemctl stop "$unit" 2> /dev/null
                  done
                fi
                """
                        .formatted(
                                quoted(searchPath),
                                quoted(marker),
                                quoted(marker + ".tmp"),
                                String.join(" ", units.stream().map(UndoScript::quoted).toList()),
                                quoted(paths.switchLock()),
                                quoted(paths.locks()),
                                Math.max(1, wait.toSeconds())));
        before.profile()
                .ifPresentOrElse(
                        generation -> script.append(restore(paths, generation)),
                        () ->
                                script.append("rm -f ")
                                        .append(quoted(paths.systemProfile()))
                                        .append('\n'));
        for (Restoration.Step step : Restoration.steps(before)) {
            script.append(
                    "activate %s %s\n"
                            .formatted(
                                    quoted(paths.switchProgram(step.system())),
                                    quoted(step.action().word())));
        }
        script.append(TAIL);
        return script.toString();
    }

    private static String restore(HostPaths paths, Generation generation) {
        return """
        if [ "$(readlink %2$s)" = %4$s ]; then
          nix-env --profile %1$s --switch-generation %3$d
        else
          nix-env --profile %1$s --set %4$s
        fi
        now=$(readlink %1$s)
        case "$now" in
          /*) ;;
          *) now=$(dirname %1$s)/$now ;;
        esac
        if [ "$(readlink "$now")" != %4$s ]; then
          failure="the system profile does not lead to generation %3$d; "
        fi
        """
                .formatted(
                        quoted(paths.systemProfile()),
                        quoted(paths.generation(generation.number())),
                        generation.number(),
                        quoted(generation.system()));
    }

    private static String quoted(Object word) {
        String text = word.toString();
        if (!text.matches(SAFE)) {
            throw new IllegalArgumentException(
                    "'%s' has characters that a shell script needs to quote".formatted(text));
        }
        return "'" + text + "'";
    }

    private static final String TAIL =
            """
            if [ -n "$failure" ]; then
              mark "failed $failure"
              exit 1
            fi
            mark "undone $note"
            """;
}
