# SPDX-License-Identifier: MIT
"""A stored message as a reader sees it."""

import tomllib


class MessageFile:
    def __init__(self, path):
        self.path = path
        text = path.read_text(encoding="utf-8")
        assert text.startswith("+++\n"), f"{path} does not begin with frontmatter"
        head, closing, self.body = text[4:].partition("\n+++\n\n")
        assert closing, f"{path} has no end of its frontmatter"
        self.fields = tomllib.loads(head)

    def __getitem__(self, key):
        return self.fields[key]
