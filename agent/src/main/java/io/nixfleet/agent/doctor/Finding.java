package io.nixfleet.agent.doctor;

import java.util.regex.Pattern;

/**
 * What a check found; for people, and without secrets.
 *
 * @param seen what was looked at, short; may be empty
 * @param problem what is wrong; empty if nothing is
 * @param remedy a command, an option or a place to look at that mends it; empty if nothing is wrong
 */
public record Finding(Result result, String seen, String problem, String remedy) {
    /** Of a URL, whatever message it came in. */
    private static final Pattern LOGIN = Pattern.compile("(?<=://)[^/@\\s'\"]*@");

    public Finding {
        boolean well = result == Result.OK;
        if (well != problem.isEmpty() || well != remedy.isEmpty()) {
            throw new IllegalArgumentException(
                    "what is not well has a problem and a remedy, and nothing else has");
        }
        seen = withoutLogins(seen);
        problem = withoutLogins(problem);
        remedy = withoutLogins(remedy);
    }

    static Finding ok(String seen) {
        return new Finding(Result.OK, seen, "", "");
    }

    static Finding warning(String seen, String problem, String remedy) {
        return new Finding(Result.WARNING, seen, problem, remedy);
    }

    static Finding failed(String seen, String problem, String remedy) {
        return new Finding(Result.FAILED, seen, problem, remedy);
    }

    static Finding notChecked(String problem, String remedy) {
        return new Finding(Result.NOT_CHECKED, "", problem, remedy);
    }

    private static String withoutLogins(String text) {
        return LOGIN.matcher(text).replaceAll("");
    }
}
