"""Old workbooks (.xls) in small, written record by record."""

import struct

ERRORS = {
    "#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36, "#N/A": 42, "#GETTING_DATA": 43,
}  # fmt: skip


def record(kind, content=b""):
    return struct.pack("<2H", kind, len(content)) + content


def text(words):
    return struct.pack("<HB", len(words), 1) + words.encode("utf-16-le")


def write_xls(path, sheets, *, merges=(), extra=b"", streams=(), codes=(), kind=0):
    """``sheets``: name to rows of texts, numbers, pairs of a number and its style, or None; 15 styles come first."""
    texts = {}
    bodies = [_sheet(rows, texts, merges) for rows in sheets.values()]
    shared = b"".join(text(words) for words in texts)
    names = list(sheets)

    def book(places):
        listed = b"".join(
            record(0x85, struct.pack("<I2B2B", place, 0, kind, len(name), 1) + name.encode("utf-16-le"))
            for name, place in zip(names, places, strict=True)
        )
        formats = b"".join(record(0x41E, struct.pack("<H", 164 + n) + text(code)) for n, code in enumerate(codes))
        styles = [0] * 15 + [0, 9, 10, 14, *(164 + n for n in range(len(codes)))]
        return (
            record(0x809, struct.pack("<4H2I", 0x600, 5, 0, 1997, 0, 0))
            + record(0x42, struct.pack("<H", 1200))
            + extra
            + formats
            + b"".join(record(0xE0, struct.pack("<2H", 0, style) + bytes(16)) for style in styles)
            + listed
            + record(0xFC, struct.pack("<2I", len(texts), len(texts)) + shared)
            + record(0x0862, bytes(4096))
            + record(0x0A)
        )

    start = len(book([0] * len(names)))
    places = [start + sum(map(len, bodies[:number])) for number in range(len(bodies))]
    path.write_bytes(ole(b"".join([book(places), *bodies]), streams))
    return path


def _sheet(rows, texts, merges):
    cells = []
    for row, given in enumerate(rows):
        for column, cell in enumerate(given):
            value, style = cell if isinstance(cell, tuple) else (cell, 15)
            place = struct.pack("<3H", row, column, style)
            if isinstance(value, str) and value.startswith("#"):
                cells.append(record(0x205, place + bytes([ERRORS[value], 1])))
            elif isinstance(value, str):
                cells.append(record(0xFD, place + struct.pack("<I", texts.setdefault(value, len(texts)))))
            elif value is not None:
                cells.append(record(0x203, place + struct.pack("<d", value)))
    size = struct.pack("<2I3H", 0, len(rows), 0, max(map(len, rows), default=0), 0)
    merged = b"".join(struct.pack("<4H", top, bottom, left, right) for top, left, bottom, right in merges)
    return (
        record(0x809, struct.pack("<4H2I", 0x600, 0x10, 0, 1997, 0, 0))
        + record(0x200, size)
        + b"".join(cells)
        + (record(0xE5, struct.pack("<H", len(merges)) + merged) if merges else b"")
        + record(0x0A)
    )


def ole(workbook, others=(), *, name="Workbook"):
    """Wrap a workbook, and streams that are empty but for their names."""
    count = -(-len(workbook) // 512)
    tables = -(-(count + 2 + count // 64) // 128)
    names = ["Root Entry", name, *others]
    folder = -(-len(names) // 4)
    chain = [0xFFFFFFFD] * tables
    chain += [*range(tables + 1, tables + folder), 0xFFFFFFFE]
    chain += [*range(tables + folder + 1, tables + folder + count), 0xFFFFFFFE]
    chain += [0xFFFFFFFF] * (tables * 128 - len(chain))
    entries = b""
    for number, each in enumerate(names):
        kind = 5 if number == 0 else 2
        start, size = (tables + folder, len(workbook)) if number == 1 else (0xFFFFFFFE, 0)
        child, right = (1 if number == 0 else 0xFFFFFFFF), (number + 1 if 0 < number < len(names) - 1 else 0xFFFFFFFF)
        raw = each.encode("utf-16-le")
        entries += raw.ljust(64, b"\0") + struct.pack("<H2B3I", len(raw) + 2, kind, 1, 0xFFFFFFFF, right, child)
        entries += bytes(36) + struct.pack("<3I", start, size, 0)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9I", 0, tables, tables, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", *range(tables), *[0xFFFFFFFF] * (109 - tables))
    return (
        header
        + struct.pack(f"<{len(chain)}I", *chain)
        + entries.ljust(folder * 512, b"\0")
        + workbook.ljust(count * 512, b"\0")
    )
