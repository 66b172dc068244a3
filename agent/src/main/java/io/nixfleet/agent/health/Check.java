package io.nixfleet.agent.health;

import java.net.URI;
import java.time.Duration;

/** Something that is so on a healthy host. */
public sealed interface Check {
    /** As reports and metrics name it, the same as v0.1 does. */
    String name();

    /** As metrics have it: {@code systemd}, {@code http}, {@code command}; or {@code config}. */
    String type();

    /** A unit of systemd is active. */
    record Unit(String unit) implements Check {
        @Override
        public String name() {
            return unit;
        }

        @Override
        public String type() {
            return "systemd";
        }
    }

    /** The host as a whole is up, though some units may have failed. */
    record SystemRunning() implements Check {
        @Override
        public String name() {
            return "systemd-system";
        }

        @Override
        public String type() {
            return "systemd";
        }
    }

    /** A server answers a GET with a status. */
    record Http(URI url, Duration timeout, int expectedStatus) implements Check {
        /** The URL, without a user's name and password. */
        @Override
        public String name() {
            String user = url.getRawUserInfo();
            return user == null ? url.toString() : url.toString().replace(user + "@", "");
        }

        @Override
        public String type() {
            return "http";
        }
    }

    /** A shell command succeeds. */
    record ShellCommand(String name, String command, Duration timeout) implements Check {
        @Override
        public String type() {
            return "command";
        }
    }

    /** Stands for checks that nobody could read: it never passes. */
    record Unreadable(String why) implements Check {
        @Override
        public String name() {
            return "health-config";
        }

        @Override
        public String type() {
            return "config";
        }
    }
}
