package io.nixfleet.nix.narinfo;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.testing.Vectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NarInfoWriterTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0123456789abcdfghijklmnpqrsvwxyz",
                "17v1q8421r08as489kb86gjgwlq14rv6",
                "4ylhfs49nkgpk9si5hq6viq9c7q0mrsx",
                "a6jrm4vaialam8bhp96j6q64zyralf5l",
                "dzdfval1hmw2b5wwpflcj4xl6ihwlgds",
                "l3bl6czk04x8grb63fdmhzncwbyzr0k2",
                "mh3rz2qzm0lrcxk22g2b1kifak7q2nj9",
                "pg2nm3j3sdf97c78i55cn490a25zq43q",
                "qyiban5iw6sd0xl4kihw5xk5vsw2fk5c",
                "spa8h6z33ar2klmiz2bnm8hm22n7y027",
                "ykjjwz2x1crslbh24f8vi85mlajyq3z8",
            })
    void writesWhatNixWrote(String hashPart) {
        String name = "narinfo/" + hashPart + ".narinfo";

        NarInfo narInfo = NarInfoParser.parse(StoreDir.NIX_STORE, Vectors.bytes(name), name);

        assertThat(NarInfoWriter.write(narInfo)).isEqualTo(Vectors.text(name));
    }
}
