"""Tables for readers: accessible workbooks and safe delimited text. Nothing here knows what the numbers mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cseanalysis.lazy import door

if TYPE_CHECKING:
    from cseanalysis.export.book import Book, Link, Sheet, Source
    from cseanalysis.export.delimited import write_csv
    from cseanalysis.export.ods import write_ods
    from cseanalysis.export.xlsx import write_xlsx

__all__ = ["Book", "Link", "Sheet", "Source", "write_csv", "write_ods", "write_xlsx"]

__getattr__ = door(
    __name__,
    {
        **dict.fromkeys(("Book", "Link", "Sheet", "Source"), "book"),
        "write_csv": "delimited",
        "write_ods": "ods",
        "write_xlsx": "xlsx",
    },
)
