"""Pictures are made of their texts: every box and arrow, every line of a terminal; a picture that is not its text's is told."""
import contextlib
import io
import pathlib
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import pictures  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"
DIAGRAM = "title A & B\nbox 1 a First | with <this>\nbox 2 b Second\nbox 2 c Third\narrow a b\narrow b c\nnote Done.\n"


class Pictures(unittest.TestCase):
    def test_a_diagram_has_each_box_and_arrow_of_its_text(self):
        picture = xml.fromstring(pictures.diagram(DIAGRAM))
        texts = [text.text for text in picture.iter(f"{SVG}text")]
        self.assertEqual(texts, ["A & B", "First", "with <this>", "Second", "Third", "Done."])
        self.assertEqual(len(list(picture.iter(f"{SVG}line"))), 2)

    def test_boxes_do_not_overlap(self):
        boxes = pictures.read_diagram(DIAGRAM)[2]
        places, _, _ = pictures.placed(boxes)
        self.assertGreaterEqual(places["c"][1], places["b"][1] + places["b"][3])
        self.assertGreaterEqual(places["b"][0], places["a"][0] + places["a"][2])

    def test_an_arrow_of_a_missing_box_is_an_error(self):
        with self.assertRaises(ValueError):
            pictures.diagram("title A\nbox 1 a First\narrow a z\n")

    def test_a_terminal_has_each_line(self):
        picture = xml.fromstring(pictures.terminal("one\n\n  two & 3\n"))
        self.assertEqual([text.text for text in picture.iter(f"{SVG}text")], ["one", "  two & 3"])

    def test_a_picture_that_is_not_its_texts_is_told(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "pipeline.txt").write_text(DIAGRAM)
            (folder / "demo.txt").write_text("table\n")
            self.assertEqual(pictures.main([], folder), 0)
            self.assertEqual(pictures.main(["--check"], folder), 0)
            (folder / "demo.txt").write_text("another\n")
            with contextlib.redirect_stdout(io.StringIO()) as told:
                self.assertEqual(pictures.main(["--check"], folder), 1)
            self.assertIn("demo.svg", told.getvalue())

    def test_the_pictures_are_what_their_texts_make(self):
        folder = pathlib.Path(__file__).resolve().parent.parent / "docs/images"
        self.assertEqual(pictures.main(["--check"], folder), 0)


if __name__ == "__main__":
    unittest.main()
