"""A message that a document tells of and the program cannot write is told, and those that it can are not."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import named_messages  # noqa: E402

SOURCE = 'log::warn("the queue failed "\n          "and is asked again", {{"why", "said \\"no\\""}});\n'


class NamedMessages(unittest.TestCase):
    def complaints(self, *rows):
        text = "\n".join([named_messages.HEADING, "", "| the log says | what to do |", "|---|---|", *rows, "", "## Next", "| `other` | x |"])
        return list(named_messages.complaints(text, set(named_messages.strings_in(SOURCE))))

    def test_strings_side_by_side_are_one(self):
        self.assertEqual(list(named_messages.strings_in(SOURCE)), ["the queue failed and is asked again", "why", 'said "no"'])

    def test_messages_that_the_program_writes_are_fine(self):
        self.assertEqual(self.complaints("| `the queue failed and is asked again` | wait |", "| `the queue failed …` | wait |"), [])

    def test_a_message_that_nobody_logs_has_its_line(self):
        self.assertEqual(self.complaints("| `the queue failed …`, `the queue is gone` | wait |"), [(5, 'the program writes no "the queue is gone"')])

    def test_a_table_that_is_gone_is_told(self):
        self.assertEqual(len(list(named_messages.complaints("# Operating\n", set()))), 1)


if __name__ == "__main__":
    unittest.main()
