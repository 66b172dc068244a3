package io.nixfleet.agent.activation;

import io.nixfleet.agent.deploy.SystemState.Generation;
import io.nixfleet.agent.process.Command;
import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A directory that stands for a host, and commands that do to it what the real ones do, as far as
 * it is made use of here. Units are directories of {@code units}.
 */
public final class FakeHost {
    public final Path root;
    public final Path bin;
    public final HostPaths paths;

    public FakeHost(Path dir) throws IOException {
        root = Files.createDirectories(dir.resolve("root"));
        bin = Files.createDirectories(dir.resolve("bin"));
        paths = new HostPaths(root);
        Files.createDirectories(root.resolve("run/nixos"));
        Files.createDirectories(root.resolve("proc"));
        Files.createDirectories(paths.systemProfile().getParent());
        Files.createDirectories(units());
        program(bin.resolve("nix-env"), NIX_ENV);
        program(bin.resolve("nix-store"), "exit 0\n");
        program(bin.resolve("nix"), "echo '{}'\n");
        program(bin.resolve("systemd-run"), SYSTEMD_RUN.replace("UNITS", units().toString()));
        program(bin.resolve("systemctl"), SYSTEMCTL.replace("UNITS", units().toString()));
        program(
                bin.resolve("journalctl"),
                "echo \"$*\" > '%s'; seq 2000; echo 'error: no such unit'\n"
                        .formatted(root.resolve("journalctl-arguments")));
    }

    public HostCommands commands() {
        return new HostCommands(
                new ProcessRunner(),
                Map.of("PATH", bin + ":/usr/bin:/bin", "LOCALE_ARCHIVE", "/locales"),
                Duration.ofSeconds(20));
    }

    public Path units() {
        return root.resolve("units");
    }

    public Path log() {
        return root.resolve("log");
    }

    public List<String> activations() throws IOException {
        return Files.exists(log()) ? Files.readAllLines(log()) : List.of();
    }

    public static StorePath path(String name) {
        return StorePath.ofBaseName(
                StoreDir.NIX_STORE, "0123456789abcdfghijklmnpqrsvwxyz-nixos-system-" + name);
    }

    /** A system whose activation writes a line and then runs this. */
    public StorePath system(String name, String script) throws IOException {
        StorePath path = path(name);
        Path program = paths.switchProgram(path);
        Files.createDirectories(program.getParent());
        program(program, "echo \"" + name + " $1\" >> '" + log() + "'\n" + script + "\n");
        return path;
    }

    public void running(StorePath system) throws IOException {
        link(paths.currentSystem(), system.toString());
    }

    public Generation generation(int number, StorePath system) throws IOException {
        link(paths.generation(number), system.toString());
        link(paths.systemProfile(), "system-" + number + "-link");
        return new Generation(number, system);
    }

    /** What systemd does when a timer's time has come. */
    public void letGoOff(String timer) throws IOException, InterruptedException {
        Path unit = units().resolve(timer + ".service");
        Files.writeString(units().resolve(timer + ".timer/sub"), "running\n");
        Files.writeString(unit.resolve("active.tmp"), "activating\n");
        Files.move(
                unit.resolve("active.tmp"),
                unit.resolve("active"),
                StandardCopyOption.REPLACE_EXISTING);
        var _ =
                new ProcessRunner()
                        .run(
                                Command.of(
                                        "/bin/sh",
                                        "-c",
                                        "env -i PATH=\"$PATH\" setsid sh '%s' < /dev/null > /dev/null 2>&1 &"
                                                .formatted(unit.resolve("run"))));
    }

    public static void link(Path link, String target) throws IOException {
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, Path.of(target));
    }

    public static void program(Path file, String script) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static final String NIX_ENV =
            """
            profile=$2; verb=$3; argument=$4
            case "$verb" in
              --set)
                n=1
                while [ -L "$profile-$n-link" ]; do n=$((n + 1)); done
                ln -s "$argument" "$profile-$n-link"
                ln -sfn "$(basename "$profile")-$n-link" "$profile"
                ;;
              --switch-generation)
                [ -L "$profile-$argument-link" ] || { echo "error: no generation" >&2; exit 1; }
                ln -sfn "$(basename "$profile")-$argument-link" "$profile"
                ;;
              *) exit 64 ;;
            esac
            """;

    // Runs a service in the background, or keeps it for a timer that the test lets go off.
    private static final String SYSTEMD_RUN =
            """
            timer=
            echo "$*" >> 'UNITS/../systemd-run'
            while [ $# -gt 0 ]; do
              case "$1" in
                --unit=*) unit=${1#--unit=} ;;
                --on-active=*) timer=yes ;;
                --property=TimeoutStartSec=*) limit=${1##*=} ;;
                --) shift; break ;;
                --*) ;;
                *) break ;;
              esac
              shift
            done
            unit=${unit%.service}
            u='UNITS'/$unit.service
            if [ -d "$u" ]; then
              echo "Failed to start transient service unit: Unit $unit.service was already loaded." >&2
              exit 1
            fi
            mkdir "$u"
            seconds=$(awk "BEGIN { print ${limit%ms} / 1000 }")
            cat > "$u/run" <<END
            echo activating > '$u/active.tmp'; mv '$u/active.tmp' '$u/active'
            setsid timeout -s KILL --foreground $seconds $* < /dev/null > /dev/null 2>&1
            code=\\$?
            case \\$code in
              0) result=success; active=active; main=1 ;;
              124|137) result=timeout; active=failed; main=2; code=9 ;;
              *) result=exit-code; active=failed; main=1 ;;
            esac
            echo \\$code > '$u/status'; echo \\$main > '$u/code'; echo \\$result > '$u/result'
            echo \\$active > '$u/active.tmp'; mv '$u/active.tmp' '$u/active'
            END
            if [ -n "$timer" ]; then
              mkdir 'UNITS'/$unit.timer
              echo active > 'UNITS'/$unit.timer/active
              echo waiting > 'UNITS'/$unit.timer/sub
              echo inactive > "$u/active"
            else
              echo activating > "$u/active"
              # Of a unit the agent's runner of children knows nothing.
              env -i PATH="$PATH" setsid sh "$u/run" < /dev/null > /dev/null 2>&1 &
            fi
            """;

    private static final String SYSTEMCTL =
            """
            verb=$1; shift
            value=
            while :; do
              case "$1" in
                -p) what=$2; shift 2 ;;
                --value) value=yes; shift ;;
                *) break ;;
              esac
            done
            u='UNITS'/$1
            of() { it=$2; if [ -e "$u/$1" ]; then read -r it < "$u/$1"; fi; }
            case "$verb" in
              show)
                if [ -n "$value" ]; then of active inactive; echo "$it"; exit 0; fi
                if [ -e 'UNITS/silent' ]; then rm 'UNITS/silent'; echo "no bus" >&2; exit 1; fi
                if [ -d "$u" ]; then echo LoadState=loaded; else echo LoadState=not-found; fi
                of active inactive; echo "ActiveState=$it"
                of sub dead; echo "SubState=$it"
                of result success; echo "Result=$it"
                of code 0; echo "ExecMainCode=$it"
                of status 0; echo "ExecMainStatus=$it"
                ;;
              stop)
                [ -d "$u" ] || exit 5
                case "$1" in *.timer) rm -rf "$u"; u=${u%.timer}.service; esac
                of active inactive
                case "$it" in active|inactive) rm -rf "$u" ;; esac
                ;;
              reset-failed) [ -d "$u" ] || exit 1; rm -rf "$u" ;;
              *) exit 64 ;;
            esac
            """;
}
