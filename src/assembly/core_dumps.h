// Whether the process writes a core dump when it crashes. A dump holds the credentials of every tenant that
// we deliver to.
#pragma once

namespace headgate::assembly {

// The process writes no core dump, whatever takes them (a file, or a program such as systemd-coredump), and
// no process of the same user may attach a debugger or read its memory. The first thing that main() does.
// https://man7.org/linux/man-pages/man2/PR_SET_DUMPABLE.2const.html
// https://man7.org/linux/man-pages/man5/core.5.html
void forbid_core_dumps();

// Takes that back (the setting core_dumps), as far as the hard limit of the machine (ulimit -H -c) allows.
void allow_core_dumps();

}  // namespace headgate::assembly
