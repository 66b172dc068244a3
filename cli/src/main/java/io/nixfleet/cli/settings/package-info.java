/**
 * What the files of a fleet and of an operator say: {@code .nixfleet.toml} of the repository, and
 * the keys of control planes. The only user of the TOML reader.
 */
@NullMarked
package io.nixfleet.cli.settings;

import org.jspecify.annotations.NullMarked;
