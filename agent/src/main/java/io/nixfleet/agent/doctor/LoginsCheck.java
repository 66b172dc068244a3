package io.nixfleet.agent.doctor;

/** Whether the files with secrets can be read, and by nobody else. */
record LoginsCheck(Shared<Logins> logins) implements Check {
    @Override
    public String name() {
        return "secret files";
    }

    @Override
    public Finding look() throws InterruptedException {
        return judge(logins.get());
    }

    static Finding judge(Logins logins) {
        String seen = logins.files().isEmpty() ? "none" : String.join(", ", logins.files());
        if (!logins.problems().isEmpty()) {
            return Finding.failed(
                    seen,
                    String.join("; ", logins.problems()),
                    "make the file what it should be, for root to read: mode 0400");
        }
        return logins.warnings().isEmpty()
                ? Finding.ok(seen)
                : Finding.warning(
                        seen,
                        String.join("; ", logins.warnings()),
                        "make each such file root's own: chown root FILE, chmod 0400 FILE");
    }
}
