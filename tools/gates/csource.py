# SPDX-License-Identifier: Apache-2.0
"""Reads C well enough for the gates: blanks comments and strings, finds functions and measures them.

No preprocessor: directives are blanked, macros are seen as they are written. Good for code that the
formatter laid out; the compilers are the judges of everything else.
"""
import re
from dataclasses import dataclass, field

TOKEN = re.compile(r"[A-Za-z_]\w*|\d[\w.]*|&&|\|\||->|\.\.\.|[^\s\w]")
NOT_NAMES = {"__attribute__", "if", "for", "while", "switch", "return", "sizeof", "_Static_assert",
             "_Alignas", "__typeof__", "defined"}
LITERAL = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.M)


@dataclass
class Token:
    text: str
    line: int


@dataclass
class Function:
    name: str
    line: int
    last: int
    parameters: int
    is_static: bool
    body: list = field(default_factory=list)

    @property
    def lines(self):
        return self.last - self.line + 1


def blank(match):
    text = match.group(0)
    spaces = re.sub(r"[^\n]", " ", text)
    return spaces if text[0] in "/#" or text.lstrip()[:1] == "#" else text[0] + spaces[1:-1] + text[-1]


def without_comments(text):
    """The text with comments blanked and string contents emptied; every line keeps its number."""
    return LITERAL.sub(blank, text)


def without_directives(text):
    return DIRECTIVE.sub(blank, without_comments(text))


def tokens(text):
    out, line, at = [], 1, 0
    for match in TOKEN.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        out.append(Token(match.group(0), line))
    return out


def skip(toks, at):
    """Index just after the bracket that closes the one at `at`."""
    depth = 0
    while at < len(toks):
        if toks[at].text in "([{":
            depth += 1
        elif toks[at].text in ")]}":
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return at


def called(head):
    """(name token, first, last) of the function that a declaration declares, or None."""
    at = 0
    while at < len(head):
        if head[at].text == "=":
            return None
        if head[at].text == "(":
            end = skip(head, at)
            name = head[at - 1] if at else None
            if name and re.match(r"[A-Za-z_]", name.text) and name.text not in NOT_NAMES \
                    and not name.text.isupper():
                return name, at + 1, end - 1
            at = end
            continue
        at += 1
    return None


def parameters(toks):
    """Named parameters; the ellipsis of a printf-like function is not one."""
    texts, depth, count = [t.text for t in toks], 0, 1
    if not texts or texts == ["void"]:
        return 0
    for text in texts:
        depth += (text in "([{") - (text in ")]}")
        count += text == "," and depth == 0
    return count - (texts[-1] == "...")


def top_level(text):
    """Yields (head tokens, body tokens or None) of each thing at file scope."""
    toks = tokens(without_directives(text))
    head, at = [], 0
    while at < len(toks):
        tok = toks[at]
        if tok.text == ";":
            yield head, None
            head, at = [], at + 1
        elif tok.text == "{":
            end = skip(toks, at)
            if called(head) and head[-1].text in (")", "const"):
                yield head, toks[at:end]
                head = []
            else:
                head = head + [Token("{}", tok.line)]
            at = end
        elif tok.text in "([":
            end = skip(toks, at)
            head, at = head + toks[at:end], end
        else:
            head, at = head + [tok], at + 1


def functions(text):
    found = []
    for head, body in top_level(text):
        if body is None:
            continue
        name, first, last = called(head)
        found.append(Function(name.text, head[0].line, body[-1].line, parameters(head[first:last]),
                              any(t.text == "static" for t in head), body))
    return found


def declarations(text):
    """Function prototypes as (name, first line, last line)."""
    found = []
    for head, body in top_level(text):
        name = called(head) if body is None and head else None
        if name and head[0].text != "typedef":
            found.append((name[0].text, head[0].line, head[-1].line))
    return found


def complexity(body):
    """1 + each if, for, while, &&, ||, ?: and each group of case labels that stands together."""
    count, at = 1, 0
    while at < len(body):
        text = body[at].text
        if text in ("if", "for", "while", "&&", "||", "?"):
            count += 1
        if text == "case":
            at = after_label(body, at)
            count += not (at < len(body) and body[at].text in ("case", "default"))
            continue
        at += 1
    return count


def after_label(toks, at):
    questions = 0
    while at < len(toks):
        if toks[at].text == "?":
            questions += 1
        elif toks[at].text == ":":
            if questions == 0:
                return at + 1
            questions -= 1
        at += 1
    return at


class Nesting:
    """Depth of if, for, while, do, switch within each other; an else-if chain stays on its level."""

    def __init__(self, body):
        self.toks, self.at, self.deepest = body, 0, 0
        self.statement(0)

    def text(self, ahead=0):
        at = self.at + ahead
        return self.toks[at].text if at < len(self.toks) else ""

    def statement(self, level):
        self.deepest = max(self.deepest, level)
        text = self.text()
        if text == "{":
            self.at += 1
            while self.text() not in ("}", ""):
                self.statement(level)
            self.at += 1
        elif text == "if":
            self.branch(level)
        elif text in ("for", "while", "switch"):
            self.at = skip(self.toks, self.at + 1)
            self.statement(level + 1)
        elif text == "do":
            self.at += 1
            self.statement(level + 1)
            self.expression()
        elif text in ("case", "default"):
            self.at = after_label(self.toks, self.at)
        else:
            self.expression(level)

    def branch(self, level):
        self.at = skip(self.toks, self.at + 1)
        self.statement(level + 1)
        if self.text() == "else":
            self.at += 1
            self.statement(level if self.text() == "if" else level + 1)

    def expression(self, level=None):
        """To the semicolon; a macro call followed by a block is a loop."""
        if level is not None and self.text(1) == "(":
            end = skip(self.toks, self.at + 1)
            if end < len(self.toks) and self.toks[end].text == "{":
                self.at = end
                self.statement(level + 1)
                return
        while self.text() not in (";", ""):
            self.at = skip(self.toks, self.at) if self.text() in "([{" else self.at + 1
        self.at += 1


def nesting(body):
    return Nesting(body).deepest
