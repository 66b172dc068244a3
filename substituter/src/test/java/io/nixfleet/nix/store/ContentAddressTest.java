package io.nixfleet.nix.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.encoding.FormatException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentAddressTest {
    private static final String F31 = "17v1q8421r08as489kb86gjgwlq14rv6-f31";
    private static final ContentAddress NAR =
            ContentAddress.parse(
                    "fixed:r:sha256:15c8g4sbk6klbhxbyclqgkqi4ajz330mn3xavxy17z2jvk4rijvf");

    @ParameterizedTest
    @CsvSource({
        // One file added to a store in each of the ways that Nix has.
        "fixed:r:sha256:15c8g4sbk6klbhxbyclqgkqi4ajz330mn3xavxy17z2jvk4rijvf, " + F31 + ",",
        "fixed:sha256:11s2ffw31s3y1fr0zy9wmasyj901hgadq04wkcxximd4s6ay9m23,"
                + " ykjjwz2x1crslbh24f8vi85mlajyq3z8-f31,",
        "fixed:sha1:b6315rvxvki0ir79nis9qd1sl97xpvsp, pg2nm3j3sdf97c78i55cn490a25zq43q-f31,",
        "fixed:md5:0hr5hga0jv3ff90qdyv3w0bsn5, dzdfval1hmw2b5wwpflcj4xl6ihwlgds-f31,",
        "fixed:r:sha1:sdi0q1i8gmcnbgzkg903a9lvfb1pvnzq, l3bl6czk04x8grb63fdmhzncwbyzr0k2-f31,",
        "fixed:r:sha512:0jn80yrfmfransz57zrgz8mrq8xi434sa3ra1yk830g2vsbfgdywbdylbncrdlx77zcaix88vzxbmarkmk5rkjsrrpcy2696ca85lr6,"
            + " a6jrm4vaialam8bhp96j6q64zyralf5l-f31,",
        // builtins.toFile, without and with references.
        "text:sha256:1qk8b06d7jxmgknv5x60n9b5y9hp8nnz98126cpmp8y7y34vml16,"
                + " qyiban5iw6sd0xl4kihw5xk5vsw2fk5c-leaf,",
        "text:sha256:1n0mdv912wga40ppfwm2163cirfq3ykpcva08z6yvp56hwzgh5sa,"
                + " spa8h6z33ar2klmiz2bnm8hm22n7y027-text-with-refs,"
                + " qyiban5iw6sd0xl4kihw5xk5vsw2fk5c-leaf "
                + F31,
        // nix store make-content-addressed of a path that refers to itself and another.
        "fixed:r:sha256:10m9gqd7i3d21n7vb6p3y58gihgway83b3fa3p2yg8v6my9h826p,"
                + " 4ylhfs49nkgpk9si5hq6viq9c7q0mrsx-selfref,"
                + " 4ylhfs49nkgpk9si5hq6viq9c7q0mrsx-selfref "
                + F31,
    })
    void recomputesThePathThatNixGave(
            String address, String baseName, @Nullable String references) {
        var path = StorePath.ofBaseName(StoreDir.NIX_STORE, baseName);
        List<StorePath> referred = references == null ? List.of() : paths(references.split(" "));
        var contentAddress = ContentAddress.parse(address);

        assertThat(contentAddress.addresses(path, referred)).isTrue();
        assertThat(contentAddress).hasToString(address);
    }

    @Test
    void addressesNoOtherPathNameStoreOrReferences() {
        StorePath path = path(F31);

        assertThat(NAR.addresses(path, List.of())).isTrue();
        assertThat(NAR.addresses(path("27v1q8421r08as489kb86gjgwlq14rv6-f31"), List.of()))
                .isFalse();
        assertThat(NAR.addresses(path("17v1q8421r08as489kb86gjgwlq14rv6-f32"), List.of()))
                .isFalse();
        assertThat(NAR.addresses(StorePath.ofBaseName(new StoreDir("/gnu/store"), F31), List.of()))
                .isFalse();
        assertThat(NAR.addresses(path, List.of(path))).isFalse();
        assertThat(NAR.addresses(path, paths("qyiban5iw6sd0xl4kihw5xk5vsw2fk5c-leaf"))).isFalse();
    }

    @Test
    void hasNoPathWhereContentCannotHaveReferences() {
        StorePath other = path(F31);
        var flat =
                ContentAddress.parse(
                        "fixed:sha256:11s2ffw31s3y1fr0zy9wmasyj901hgadq04wkcxximd4s6ay9m23");
        var text =
                ContentAddress.parse(
                        "text:sha256:1qk8b06d7jxmgknv5x60n9b5y9hp8nnz98126cpmp8y7y34vml16");
        var sha1Nar = ContentAddress.parse("fixed:r:sha1:sdi0q1i8gmcnbgzkg903a9lvfb1pvnzq");

        assertThat(flat.storePath(StoreDir.NIX_STORE, "f", List.of(other), false)).isEmpty();
        assertThat(flat.storePath(StoreDir.NIX_STORE, "f", List.of(), true)).isEmpty();
        assertThat(sha1Nar.storePath(StoreDir.NIX_STORE, "f", List.of(other), false)).isEmpty();
        assertThat(text.storePath(StoreDir.NIX_STORE, "f", List.of(), true)).isEmpty();
    }

    @Test
    void doesNotRecomputeGitTrees() {
        var git = ContentAddress.parse("fixed:git:sha1:sdi0q1i8gmcnbgzkg903a9lvfb1pvnzq");

        assertThat(git.storePath(StoreDir.NIX_STORE, "f31", List.of(), false)).isEmpty();
        assertThat(git).hasToString("fixed:git:sha1:sdi0q1i8gmcnbgzkg903a9lvfb1pvnzq");
    }

    @ParameterizedTest
    @CsvSource({
        "'', does not start with text: or fixed:",
        "sha256:15c8g4sbk6klbhxbyclqgkqi4ajz330mn3xavxy17z2jvk4rijvf, does not start with text:",
        "text:sha1:sdi0q1i8gmcnbgzkg903a9lvfb1pvnzq, a text content address is SHA-256",
        "fixed:x:sha1:sdi0q1i8gmcnbgzkg903a9lvfb1pvnzq, unknown hash algorithm 'x'",
        "fixed:, has no algorithm prefix",
    })
    void refusesWhatIsNoContentAddress(String text, String problem) {
        assertThatThrownBy(() -> ContentAddress.parse(text))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(problem);
    }

    private static StorePath path(String baseName) {
        return StorePath.ofBaseName(StoreDir.NIX_STORE, baseName);
    }

    private static List<StorePath> paths(String... baseNames) {
        return Arrays.stream(baseNames).map(ContentAddressTest::path).toList();
    }
}
