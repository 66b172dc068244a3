package io.nixfleet.substituter.cache.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.encoding.FormatException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetrcTest {
    private static Optional<Credentials.Basic> login(String user, String password) {
        return Optional.of(new Credentials.Basic(user, Secret.of(password)));
    }

    @Test
    void readsAllOfTheSyntax() {
        Netrc netrc =
                Netrc.parse(
                        """
                        # a comment with machine a.example login x
                        machine a.example login alice password pw-a
                        machine B.example
                            login bob   # not a password
                            password #hash
                            account none
                        machine c.example password "with \\"blank\\" in\\tit" login "c c"
                        macdef init
                        machine evil login x password y

                        machine d.example login login password password
                        default login anyone password pw
                        machine never.example login a password b
                        """,
                        "netrc");

        assertThat(netrc.find("a.example")).isEqualTo(login("alice", "pw-a"));
        assertThat(netrc.find("b.EXAMPLE")).isEqualTo(login("bob", "#hash"));
        assertThat(netrc.find("c.example")).isEqualTo(login("c c", "with \"blank\" in\tit"));
        assertThat(netrc.find("d.example")).isEqualTo(login("login", "password"));
        assertThat(netrc.find("evil")).isEqualTo(login("anyone", "pw"));
        assertThat(netrc.findNamed("evil")).isEmpty();
        assertThat(netrc.findNamed("never.example")).isEqualTo(login("a", "b"));
    }

    @Test
    void findsNothingInEmptyFile() {
        assertThat(Netrc.parse("", "netrc").find("a.example")).isEmpty();
        assertThat(Netrc.parse("# nothing", "netrc").find("a.example")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "login s3cret | netrc line 1: the file does not begin with machine or default",
                "machine a s3cret | netrc line 1: expected machine, default, login or password",
                "machine a login b password | netrc line 1: password has no value",
                "machine a password \"s3cret | netrc line 1: a quote is not closed",
            })
    void saysWhatIsWrongButNotWhatStandsThere(String text, String message) {
        assertThatThrownBy(() -> Netrc.parse(text, "netrc"))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(message.strip())
                .satisfies(e -> assertThat(e.toString()).doesNotContain("s3cret"));
    }
}
