"""Called by mkdocs (mkdocs.yml): a link to a file outside of docs/ is no page of the site, so its text stands there without the link."""
import pathlib
import posixpath
import re

LINK = re.compile(r"\[([^\]\n]*)\]\((?!\w+:)([^)#\s]+)(#[^)\s]*)?\)")


def on_page_markdown(markdown, page, config, files):
    folder = posixpath.dirname(page.file.src_uri)
    docs = pathlib.Path(config["docs_dir"])

    def text_alone(match):
        path = posixpath.normpath(posixpath.join(folder, match[2]))
        outside = path.startswith("../") and (docs / path).exists()
        is_folder = not path.startswith("../") and (docs / path).is_dir()
        return match[1] if outside or is_folder else match[0]

    return LINK.sub(text_alone, markdown)
