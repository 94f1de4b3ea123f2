#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the reference of the plugin interface out of its GIR and of the pages in docs/.

    generate.py GIR VERSION PAGES-DIRECTORY OUTPUT    write the reference as HTML into OUTPUT
    generate.py --check GIR                           fail when anything that is public has no documentation

The headers say each thing once: what a getter returns is its whole description, and that a failing function returns FALSE
goes without saying.  gi-docgen wants both, so they are filled in here.
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

CORE = "http://www.gtk.org/introspection/core/1.0"
C = "http://www.gtk.org/introspection/c/1.0"
FUNCTIONS = [f"{{{CORE}}}{tag}" for tag in ("function", "method", "constructor", "virtual-method", "callback")]
TYPES = [f"{{{CORE}}}{tag}" for tag in ("class", "interface", "record", "enumeration", "bitfield", "constant", "alias")]
PARTS = [f"{{{CORE}}}{tag}" for tag in ("member", "parameter", "field")]
HERE = pathlib.Path(__file__).resolve().parent
# In the order of reading.
PAGES = ("plugin-tutorial", "abi", "other-languages", "dbus")
# What GObject adds, and what only holds the place of something to come.
UNSPOKEN = re.compile(r"Class$|^AIMX_TYPE_|_get_type$|^reserved$|^parent$")


def name_of(node):
    return node.get(f"{{{C}}}identifier") or node.get(f"{{{C}}}type") or node.get("name")


def text_of(node):
    doc = node.find(f"{{{CORE}}}doc") if node is not None else None
    return (doc.text or "").strip() if doc is not None else ""


def add_text(node, text):
    # Where it came from nobody asks, but it has to be there.
    doc = xml.Element(f"{{{CORE}}}doc", filename="", line="0")
    doc.text = text
    node.insert(0, doc)


def complete_function(function):
    returned = function.find(f"{{{CORE}}}return-value")
    kind = returned.find(f"{{{CORE}}}type") if returned is not None else None
    if returned is not None and not text_of(function) and text_of(returned):
        add_text(function, f"Returns {text_of(returned)}.")
    elif kind is not None and kind.get("name") == "gboolean" and function.get("throws") and not text_of(returned):
        add_text(returned, "TRUE, or FALSE with the error set")


def complete_fields(struct):
    """Function pointers: the scanner drops what the header says of them."""
    place = struct.find(f"{{{CORE}}}source-position")
    if place is None:
        return
    header = (HERE.parents[1] / place.get("filename")).read_text(encoding="utf-8")
    block = re.search(rf"^ \* {name_of(struct)}:.*?\*/", header, re.MULTILINE | re.DOTALL)
    said = re.findall(r"^ \* @(\w+): (.*?)(?=^ \* @| \*$| \*/)", block.group(), re.MULTILINE | re.DOTALL) if block else []
    for name, text in said:
        field = struct.find(f"{{{CORE}}}field[@name='{name}']")
        if field is not None and not text_of(field):
            add_text(field, re.sub(r"^ \* ?|^\(nullable\): ", "", text.strip(), flags=re.MULTILINE))
    reserved = struct.find(f"{{{CORE}}}field[@name='reserved']")
    if reserved is not None:
        add_text(reserved, "Zero: the place of what may come.")


def read(gir):
    xml.register_namespace("", CORE)
    xml.register_namespace("c", C)
    xml.register_namespace("glib", "http://www.gtk.org/introspection/glib/1.0")
    tree = xml.parse(gir)
    for tag in FUNCTIONS:
        for function in tree.iter(tag):
            complete_function(function)
    for struct in tree.iter(f"{{{CORE}}}record"):
        complete_fields(struct)
    return tree


# ---- checking

def spoken(node):
    """Everything below, but for the signature of a function pointer: its field says what it does."""
    for child in node:
        if UNSPOKEN.search(name_of(child) or ""):
            continue
        yield node, child
        if child.tag != f"{{{CORE}}}field":
            yield from spoken(child)


def undocumented(tree):
    """The names of what says nothing of itself."""
    for parent, node in spoken(tree.getroot()):
        if node.tag in FUNCTIONS + TYPES and not text_of(node):
            yield name_of(node)
        elif node.tag in PARTS and node.get("readable") != "0" and not text_of(node):
            yield f"{name_of(node)} of {name_of(parent)}"


def check(gir):
    faults = sorted(set(undocumented(read(gir))))
    for fault in faults:
        print(f"not documented: {fault}")
    return 1 if faults else 0


# ---- writing

def links(tree):
    """How gi-docgen links to each type, by its name in C."""
    kinds = {"class": "class", "interface": "iface", "record": "struct", "enumeration": "enum", "bitfield": "flags"}
    return {name_of(node): f"[{kind}@Aimx.{node.get('name')}]" for tag, kind in kinds.items()
            for node in tree.iter(f"{{{CORE}}}{tag}") if not name_of(node).endswith(("Class", "Interface", "AimxError"))}


def write_pages(pages, known, place):
    """gi-docgen takes the title of a page from a line of its own, links to its HTML, and from names to what they are."""
    for path in [HERE / "overview.md", *(pages / f"{name}.md" for name in PAGES)]:
        heading, _, text = path.read_text(encoding="utf-8").partition("\n")
        text = re.sub(r"\]\(([a-z-]+)\.md\)", r"](\1.html)", text)
        text = re.sub(r"`(Aimx\w+)`", lambda match: known.get(match.group(1), match.group()), text)
        (place / path.name).write_text(f"Title: {heading.lstrip('# ')}\n\n{text}", encoding="utf-8")


def write_config(version, place):
    names = ", ".join(f'"{name}.md"' for name in ("overview", *PAGES))
    text = (HERE / "aimx.toml.in").read_text(encoding="utf-8")
    (place / "aimx.toml").write_text(text.replace("@version@", version).replace("@pages@", names), encoding="utf-8")


def generate(gir, version, pages, output):
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        tree = read(gir)
        tree.write(place / "Aimx-1.gir", encoding="utf-8", xml_declaration=True)
        write_pages(pathlib.Path(pages), links(tree), place)
        write_config(version, place)
        subprocess.run(["gi-docgen", "generate", "--quiet", "--fatal-warnings", "--no-namespace-dir", f"--content-dir={place}",
                        f"--config={place / 'aimx.toml'}", f"--output-dir={output}", place / "Aimx-1.gir"], check=True)
    return 0


def main():
    if sys.argv[1] == "--check":
        return check(*sys.argv[2:])
    return generate(*sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
