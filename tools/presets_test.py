"""Every preset configures, and what it compiles with suits the compiler cache: what one checkout compiled, the next one finds."""
import json
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Presets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        presets = json.loads((ROOT / "CMakePresets.json").read_text(encoding="utf-8"))["configurePresets"]
        cls.configured, cls.commands = {}, {}
        for name in (preset["name"] for preset in presets if not preset.get("hidden")):
            build = pathlib.Path(folder.name) / name
            cls.configured[name] = subprocess.run(["cmake", "--preset", name, "-B", build], cwd=ROOT, capture_output=True, text=True, timeout=300)
            database = build / "compile_commands.json"
            cls.commands[name] = json.loads(database.read_text(encoding="utf-8")) if database.is_file() else []

    def test_every_preset_configures(self):
        for name, done in self.configured.items():
            with self.subTest(name):
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertTrue(self.commands[name])

    def test_no_flag_holds_a_path_of_the_checkout(self):
        for name, commands in self.commands.items():
            for command in commands:
                words = command["command"].split()
                held = [word for word in words if str(ROOT) in word and not word.startswith(("-I", str(ROOT)))]
                self.assertEqual(held, [], f"{name}: {command['file']}")

    def test_the_version_is_given_to_one_source(self):
        for name, commands in self.commands.items():
            told = [pathlib.Path(command["file"]).name for command in commands if "HEADGATE_VERSION" in command["command"]]
            self.assertEqual(told, ["version.cc"], name)


if __name__ == "__main__":
    unittest.main()
