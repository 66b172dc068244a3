/** What commands show: tables, a line for each host that is at work, JSON for programs. */
@NullMarked
package io.nixfleet.cli.view;

import org.jspecify.annotations.NullMarked;
