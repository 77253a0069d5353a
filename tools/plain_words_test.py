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

    def test_judges_each_cell_and_sentence_of_a_row_alone(self):
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

    def source(self, text, name="src/base/x.cc"):
        return [f"{line}: {what}" for line, what in plain_words.complaints_about_source(name, text)]

    def test_finds_private_words_in_any_languages_comments(self):
        self.assertEqual(len(self.source("int a;  // it is mended\n")), 1)
        self.assertEqual(len(self.source("/* line one\n * the world */\n")), 1)
        self.assertEqual(len(self.source('"""It is mended."""\nx = 1  # mended\n', "tools/x.py")), 2)
        self.assertEqual(len(self.source("#!/bin/sh\n# mends it\necho\n", "tools/x.sh")), 1)
        self.assertEqual(len(self.source("# mends it\nset(A 1)\n", "CMakeLists.txt")), 1)

    def test_literals_are_no_comments_and_no_names(self):
        self.assertEqual(self.source('f("// mended"); g(R"(World // mended)"); h(\'"\'); i("mended");\n'), [])
        self.assertEqual(self.source("x = 'mended # mended'\n", "tools/x.py"), [])
        self.assertEqual(self.source('echo "# mended"\n', "tools/x.sh"), [])

    def test_a_quote_between_digits_opens_no_literal(self):
        self.assertEqual(len(self.source("int a = 100\'000;  // mended\nint b = 1\'000;\n")), 1)

    def test_lines_of_a_comment_are_read_together(self):
        half = "the " + "very " * 20
        self.assertEqual(len(self.source(f"// {half}\n// {half} end.\n")), 1)
        self.assertEqual(self.source(f"// {half} end.\n// The {half} end.\n"), [])
        self.assertEqual(self.source(f"// {half}\nint a;\n// {half}\n"), [])
        self.assertEqual(self.source(f"int a;  // {half}\nint b;  // {half}\n"), [])
        self.assertEqual(self.source(f"// - {half}\n// - {half}\n"), [])

    def test_private_parts_of_names_are_told(self):
        self.assertEqual(len(self.source("struct LocalWorld { int farewell_; };\nRoom room;\n")), 3)
        self.assertEqual(self.source("int recommends; int rooms; Worldly thoroughfare;\n"), [])
        self.assertEqual(self.source("x.thorough_bytes_per_second = 1;\n"), [])

    def setting(self, doc):
        return [what for _, what in plain_words.complaints_about_settings(f'{{.key = "a",\n .doc = {doc},\n .used_by = kAll}}')]

    def test_a_text_of_a_setting_is_whole_and_stands_alone(self):
        self.assertEqual(self.setting('"How long a lock is "\n "kept. Longer is safer."'), [])
        self.assertEqual(len(self.setting('"how long."')), 1)
        self.assertEqual(len(self.setting('"How long"')), 1)
        self.assertEqual(len(self.setting('"It is kept."')), 1)
        self.assertEqual(len(self.setting('"The same for pods."')), 1)
        self.assertEqual(len(self.setting('"The ' + "very " * 35 + 'end."')), 1)


if __name__ == "__main__":
    unittest.main()
