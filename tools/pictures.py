#!/usr/bin/env python3
"""Makes the pictures of the documents from text: docs/images/pipeline.txt (boxes and arrows) and docs/images/demo.txt (what a terminal
shows) become .svg files beside them. `--check` writes nothing and fails if a picture is not what its text makes."""
import html
import pathlib
import sys

FONT = "font-family=\"system-ui, 'DejaVu Sans', sans-serif\""
MONO = "font-family=\"ui-monospace, 'DejaVu Sans Mono', monospace\""
BOX_WIDTH, BOX_LINE, BOX_PAD, COLUMN_GAP, ROW_GAP, MARGIN, TITLE = 196, 18, 12, 44, 26, 24, 44
CHARACTER_WIDTH, TERMINAL_LINE = 7.85, 18  # of 13 px monospace


def escaped(text):
    return html.escape(text, quote=False)


def read_diagram(text):
    """Returns the title, the note, boxes as {name: (column, lines)} and arrows as [(from, to)]."""
    title = note = ""
    boxes, arrows = {}, []
    for number, line in enumerate(text.splitlines(), 1):
        kind, _, rest = line.partition(" ")
        if not line.strip() or kind.startswith("#"):
            continue
        if kind == "title":
            title = rest.strip()
        elif kind == "note":
            note = rest.strip()
        elif kind == "box":
            column, name, words = rest.split(None, 2)
            boxes[name] = (int(column), [one.strip() for one in words.split("|")])
        elif kind == "arrow":
            begin, end = rest.split()
            if begin not in boxes or end not in boxes:
                raise ValueError(f"line {number}: an arrow of a box that is not there: {line}")
            arrows.append((begin, end))
        else:
            raise ValueError(f"line {number}: neither title, box, arrow nor note: {line}")
    return title, note, boxes, arrows


def placed(boxes):
    """Where each box lies: {name: (x, y, width, height)}, columns side by side and centred, and the size of it all."""
    columns = {}
    for name, (column, lines) in boxes.items():
        columns.setdefault(column, []).append((name, 2 * BOX_PAD + BOX_LINE * len(lines)))
    heights = {column: sum(height for _, height in of) + ROW_GAP * (len(of) - 1) for column, of in columns.items()}
    tallest = max(heights.values())
    places = {}
    for index, column in enumerate(sorted(columns)):
        y = TITLE + MARGIN + (tallest - heights[column]) / 2
        for name, height in columns[column]:
            places[name] = (MARGIN + index * (BOX_WIDTH + COLUMN_GAP), y, BOX_WIDTH, height)
            y += height + ROW_GAP
    width = 2 * MARGIN + len(columns) * BOX_WIDTH + (len(columns) - 1) * COLUMN_GAP
    return places, width, TITLE + MARGIN + tallest


def arrow_line(begin, end):
    (x1, y1, w1, h1), (x2, y2, w2, h2) = begin, end
    if x1 == x2:  # one below the other
        below = y2 > y1
        return x1 + w1 / 2, y1 + h1 if below else y1, x2 + w2 / 2, y2 if below else y2 + h2
    return x1 + w1, y1 + h1 / 2, x2, y2 + h2 / 2


def diagram(text):
    title, note, boxes, arrows = read_diagram(text)
    places, width, bottom = placed(boxes)
    height = bottom + (MARGIN * 2 if note else MARGIN)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:g}" role="img" {FONT} font-size="13">',
           f"<title>{escaped(title)}</title>",
           '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
           '<path d="M0 0L10 5L0 10z" fill="#00695c"/></marker></defs>',
           f'<rect width="{width}" height="{height:g}" rx="8" fill="#ffffff"/>',
           f'<text x="{MARGIN}" y="{MARGIN + 8}" font-size="16" font-weight="600" fill="#1b2b2a">{escaped(title)}</text>']
    for begin, end in arrows:
        x1, y1, x2, y2 = arrow_line(places[begin], places[end])
        out.append(f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="#00695c" stroke-width="1.6" marker-end="url(#head)"/>')
    for name, (_, lines) in boxes.items():
        x, y, w, h = places[name]
        out.append(f'<rect x="{x:g}" y="{y:g}" width="{w}" height="{h}" rx="6" fill="#e0f2f1" stroke="#00695c"/>')
        for index, line in enumerate(lines):
            weight = ' font-weight="600"' if index == 0 else ""
            out.append(f'<text x="{x + w / 2:g}" y="{y + BOX_PAD + BOX_LINE * index + 13:g}" text-anchor="middle"{weight} '
                       f'fill="#1b2b2a">{escaped(line)}</text>')
    if note:
        out.append(f'<text x="{MARGIN}" y="{height - MARGIN + 6:g}" fill="#45605d">{escaped(note)}</text>')
    return "\n".join([*out, "</svg>", ""])


def terminal(text):
    lines = text.rstrip("\n").split("\n")
    width = 2 * MARGIN + CHARACTER_WIDTH * max(len(line) for line in lines)
    height = 2 * MARGIN + TERMINAL_LINE * len(lines)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height}" role="img" {MONO} font-size="13">',
           f"<title>{escaped(lines[0].strip())}</title>",
           f'<rect width="{width:g}" height="{height}" rx="8" fill="#12201f"/>']
    for index, line in enumerate(lines):
        if line.strip():
            out.append(f'<text x="{MARGIN}" y="{MARGIN + TERMINAL_LINE * index + 13}" xml:space="preserve" textLength="'
                       f'{CHARACTER_WIDTH * len(line):g}" lengthAdjust="spacingAndGlyphs" fill="#d7efec">{escaped(line)}</text>')
    return "\n".join([*out, "</svg>", ""])


def main(arguments, folder):
    wrong = []
    for name, make in (("pipeline", diagram), ("demo", terminal)):
        text = make((folder / f"{name}.txt").read_text(encoding="utf-8"))
        picture = folder / f"{name}.svg"
        if "--check" not in arguments:
            picture.write_text(text, encoding="utf-8")
        elif not picture.exists() or picture.read_text(encoding="utf-8") != text:
            wrong.append(f"docs/images/{name}.svg:1: is not what its text makes: run tools/pictures.py")
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], pathlib.Path(__file__).resolve().parent.parent / "docs/images"))
