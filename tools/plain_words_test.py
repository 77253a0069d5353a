"""Long lines, long sentences, private words and unused terms are told, and what is plain or code is not."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import plain_words  # noqa: E402


class PlainWords(unittest.TestCase):
    def complaints(self, text, is_users=True):
        return [f"{line}: {what}" for line, what in plain_words.complaints("d.md", text, is_users)]

    def test_plain_text_is_fine(self):
        self.assertEqual(self.complaints("# Title\n\nThe agent reads a file.\nIt stops at the end.\n"), [])

    def test_a_long_line_is_told_wherever_it_is(self):
        self.assertEqual(len(self.complaints("ok\n" + "x" * 201 + "\n")), 1)
        self.assertEqual(len(self.complaints("```\n" + "x" * 201 + "\n```\n")), 1)
        self.assertEqual(len(self.complaints("| " + "x " * 100 + "|\n", is_users=False)), 1)

    def test_a_long_sentence_is_told_in_users_pages_only(self):
        text = "The " + "very " * 34 + "end.\n"
        self.assertEqual(len(self.complaints(text)), 1)
        self.assertEqual(self.complaints(text, is_users=False), [])

    def test_each_cell_and_each_sentence_of_a_row_is_judged_alone(self):
        cell = "The " + "very " * 15 + "end."
        self.assertEqual(self.complaints(f"| {cell} | {cell} |\n"), [])
        self.assertEqual(self.complaints(f"{cell} {cell}\n"), [])

    def test_many_sentences_over_the_aim_are_told_together(self):
        text = "".join("The " + "very " * 26 + "end.\n" for _ in range(3))
        self.assertEqual(len(self.complaints(text)), 1)

    def test_a_private_word_is_told_with_the_word_to_use(self):
        found = self.complaints("The World is mended.\n", is_users=False)
        self.assertEqual(len(found), 2)
        self.assertIn("fix or repair", " ".join(found))

    def test_code_and_targets_of_links_are_not_judged(self):
        self.assertEqual(self.complaints("The class `World` is [here](world.md).\n"), [])
        self.assertEqual(self.complaints("```\nWorld world;\n```\n"), [])

    def test_a_term_that_no_page_uses_is_told(self):
        glossary = "# Glossary\n\n**Batch**: records.\n\n**Zebra**: an animal.\n"
        self.assertEqual([line for line, _ in plain_words.unused_terms(glossary, ["All batches are stored."])], [5])


if __name__ == "__main__":
    unittest.main()
