package io.nixfleet.agent.deploy;

/** How a deployment ended. */
public sealed interface Outcome {
    /** For people, one line, as reports, logs and history have it. */
    String message();

    /** As metrics and JSON spell it. */
    String word();

    /** Whether the host is as it was wanted, or as good as that. */
    default boolean good() {
        return switch (this) {
            case Deployed _, AlreadyRunning _, DryRun _, Superseded _ -> true;
            case Failed _, RolledBack _, RollbackFailed _ -> false;
        };
    }

    /**
     * The system runs, and its checks passed (or, for boot and dry-activate, the action did what it
     * does).
     */
    record Deployed(String message) implements Outcome {
        @Override
        public String word() {
            return "deployed";
        }
    }

    /** Nothing had to be done. */
    record AlreadyRunning(String message) implements Outcome {
        @Override
        public String word() {
            return "already_running";
        }
    }

    /** The agent only looks, by its configuration: the system would have been applied. */
    record DryRun(String message) implements Outcome {
        @Override
        public String word() {
            return "dry_run";
        }
    }

    /** Nothing of the host was touched: refused, not fetched, no room. */
    record Failed(String message) implements Outcome {
        @Override
        public String word() {
            return "failed";
        }
    }

    /** Nothing of the host was touched: another deployment took its place. */
    record Superseded(String message) implements Outcome {
        @Override
        public String word() {
            return "superseded";
        }
    }

    /** The former system runs again. */
    record RolledBack(String message) implements Outcome {
        @Override
        public String word() {
            return "rolled_back";
        }
    }

    /** Neither the new nor the former system is known to run: a person must look. */
    record RollbackFailed(String message) implements Outcome {
        @Override
        public String word() {
            return "rollback_failed";
        }
    }
}
