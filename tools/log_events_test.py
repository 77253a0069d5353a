"""The comparison of log calls with docs/log-events.md finds what it must and nothing else."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import log_events  # noqa: E402

SOURCE = '''log::warn("queue_failed", "The queue "
                          "failed; see \\"x\\".",
          {{"error", error.what}, {"wait_ms", wait.count()}});
log::info("stopped", "It has stopped.");
'''
ROWS = ("| `queue_failed` | warn | the queue failed | `error`, `wait_ms` | wait |", "| `stopped` | info | it stopped | | nothing |")


class LogEvents(unittest.TestCase):
    def complaints(self, source, *rows):
        return [(line, what) for _, line, what in log_events.complaints(list(log_events.calls_in("a.cc", source)), "\n".join(rows))]

    def test_calls_are_read_whole(self):
        first, second = log_events.calls_in("a.cc", SOURCE)
        self.assertEqual(first, ("a.cc", 1, "queue_failed", "warn", 'The queue failed; see "x".', {"error", "wait_ms"}))
        self.assertEqual(second, ("a.cc", 4, "stopped", "info", "It has stopped.", set()))

    def test_a_page_that_fits_is_fine(self):
        self.assertEqual(self.complaints(SOURCE, *ROWS), [])

    def test_an_event_without_a_row(self):
        self.assertEqual(self.complaints(SOURCE, ROWS[0]), [(4, "stopped: is not in docs/log-events.md")])

    def test_a_row_without_an_event(self):
        self.assertEqual(self.complaints(SOURCE, *ROWS, "| `gone` | warn | x | | y |"), [(3, "gone: the program logs no such event")])

    def test_a_row_that_stands_twice(self):
        self.assertEqual(self.complaints(SOURCE, *ROWS, ROWS[1]), [(3, "stopped: has a row already")])

    def test_a_wrong_level(self):
        self.assertEqual(self.complaints(SOURCE, ROWS[0], ROWS[1].replace("info", "warn")), [(2, "stopped: its level is info")])

    def test_wrong_fields(self):
        self.assertEqual(self.complaints(SOURCE, ROWS[0].replace(", `wait_ms`", ""), ROWS[1]),
                         [(1, "queue_failed: its fields are error, wait_ms")])

    def test_one_id_has_one_sentence(self):
        self.assertEqual(self.complaints(SOURCE + 'log::info("stopped", "It ended.");\n', *ROWS),
                         [(5, "stopped: has another level or sentence at a.cc:4")])

    def test_calls_of_one_id_add_their_fields(self):
        source = SOURCE + 'log::info("stopped", "It has stopped.", {{"left", left}});\n'
        self.assertEqual(self.complaints(source, ROWS[0], "| `stopped` | info | it stopped | `left` | nothing |"), [])

    def test_an_id_or_a_sentence_that_is_no_literal(self):
        for call in ('log::warn(id, "It stopped.");', 'log::warn("stopped", is_ok ? "Good." : "Bad.");', 'log::warn("stopped", sentence);'):
            self.assertEqual([line for line, _ in self.complaints(call)], [1], call)

    def test_a_sentence_ends(self):
        self.assertEqual(self.complaints('log::warn("x", "It stopped");', "| `x` | warn | y | | z |"),
                         [(1, "x: the sentence ends with no full stop")])


if __name__ == "__main__":
    unittest.main()
