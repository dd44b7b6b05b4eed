from .book import Book as Book
from .book import Link as Link
from .book import Sheet as Sheet
from .book import Source as Source
from .delimited import write_csv as write_csv
from .ods import write_ods as write_ods
from .xlsx import write_xlsx as write_xlsx
